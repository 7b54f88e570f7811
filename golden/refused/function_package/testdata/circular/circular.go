package circular

import "github.com/weirstream/weir/golden/refused/function_package/shop"

func Score(id string) string { return shop.Suffix + id }
