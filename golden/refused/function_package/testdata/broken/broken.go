package broken

func Score(id string) bool {
	return id == undefined
}
