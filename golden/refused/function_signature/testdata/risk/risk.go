package risk

func Generic[T any](v T) T { return v }

func Variadic(ids ...string) bool { return len(ids) > 0 }

func Nothing(id string) {}

func OnlyError(id string) error { return nil }

func Two(id string) (string, bool) { return id, true }
