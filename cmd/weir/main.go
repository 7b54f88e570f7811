// Command weir compiles topology specs into Go services, and runs, tests and explains them.
//
// Each command is a file of this package that says what its arguments are; what it does is in the packages below internal.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/weirstream/weir/internal/cli"
)

func main() {
	os.Exit(execute())
}

func execute() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal asks the command to end; from then on the next one kills it.
	context.AfterFunc(ctx, stop)
	ui := cli.Standard()
	root := newRoot(ui)
	root.SetArgs(goStyle(root, os.Args[1:]))
	return cli.Exit(ui, root.ExecuteContext(ctx))
}
