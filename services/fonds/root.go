package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	p := problemOf(err, serverAddress(cmd))
	switch {
	case p.Message == "":
	// A flag that is wrong ends the parsing before --json is come to.
	case wantsJSON(cmd), p.ExitCode == exitUsage && slices.Contains(args, "--json"):
		_ = writeValue(stderr, map[string]problem{"error": p})
	default:
		fmt.Fprintf(stderr, "fonds: %s\n", p)
		if p.ExitCode == exitUsage && cmd != nil {
			fmt.Fprintf(stderr, "See `%s --help`.\n", cmd.CommandPath())
		}
	}
	return p.ExitCode
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "fonds",
		Short: "Turn scans of archive pages into text that other systems can rely on",
		Long: `fonds takes scans in (PNG, JPEG, TIFF, JPEG 2000, WebP, BMP, PNM, GIF, PDF),
recognises each page, and serves the text over gRPC and NATS. It takes published
texts in too, and reads out of every text what the document says about itself:
number, dates, who to whom, citations, what it answers.

One process is the server: fonds serve. Other verbs speak to it at $FONDS_SERVER,
or ` + defaultServer + ` when that is not set; extract, evaluate, agents, fields, and
cite --parse need none. Who you are, they say by the token in $FONDS_TOKEN, or in
the file that $FONDS_TOKEN_FILE or --token-file names.`,
		Example: `  fonds doctor                                     what is installed, what is missing
  fonds serve --data ./data                        start the server
  fonds ingest scans --recursive --wait            read a folder of scans
  fonds ingest scans -r --lang eng+rus --out text  a folder becomes a folder of text
  fonds import bulletin.html --wait                take a published text in
  fonds list                                       the documents
  fonds search pumps mechanic                      those with these words
  fonds get documents/0199…                        one, as an archivist would read it
  fonds text documents/0199…                       its text
  fonds review next                                what waits for a correction or a signature`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          verbs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().Bool("json", false, "print JSON: one object for a resource, one object a line for lists")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usagef("%s", flagMistake(err)) })
	root.AddCommand(
		newServeCommand(), newIngestCommand(), newImportCommand(), newBatchCommand(), newExtractCommand(), newEvaluateCommand(), newLookupCommand(), newListCommand(), newGetCommand(),
		newCiteCommand(), newSearchCommand(), newThreadCommand(), newSplitCommand(), newMergeCommand(),
		newDeleteCommand(), newUndeleteCommand(), newPurgeCommand(),
		newSetCommand(), newFieldsCommand(), newReextractCommand(), newRecipeCommand(), newReprocessCommand(), newAgentsCommand(),
		newReviewCommand(), newProgressCommand(), newHistoryCommand(), newDiffCommand(), newUserCommand(), newWhoAmICommand(),
		newTextCommand(), newScanCommand(), newDeadCommand(), newProofCommand(), newFsckCommand(), newDoctorCommand(),
		newVersionCommand(), newExitCodesTopic(),
	)
	return root
}

// verbs refuses what is no verb below a command and names those that are like it.
func verbs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	message := fmt.Sprintf("%s has no verb %s", cmd.CommandPath(), shown(args[0]))
	cmd.SuggestionsMinimumDistance = 2
	if like := cmd.SuggestionsFor(args[0]); len(like) > 0 {
		message += "; did you mean " + strings.Join(like, " or ") + "?"
	}
	return usagef("%s", message)
}

// needs wraps a check of the number of arguments so that its failure is one of usage.
func needs(check cobra.PositionalArgs, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if check(cmd, args) != nil {
			return usagef("%s needs %s", cmd.CommandPath(), what)
		}
		return nil
	}
}

// wantsJSON tells whether the command line has --json.
func wantsJSON(cmd *cobra.Command) bool {
	if cmd == nil {
		return false
	}
	f := cmd.Flags().Lookup("json")
	return f != nil && f.Value.String() == "true"
}

func newExitCodesTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "Help topic: what the exit codes mean",
		Long:  exitCodesHelp,
	}
}

func newVersionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version of this program",
		Example: "  fonds version\n  fonds version --json",
		Args:    needs(cobra.NoArgs, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if wantsJSON(cmd) {
				return writeValue(cmd.OutOrStdout(), map[string]string{
					"version": version(), "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH,
				})
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "fonds %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// release is set by the build: -ldflags "-X main.release=v1.2.3".
var release string

// version tells the release, or the module's version, or the commit.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel-" + s.Value[:12]
		}
	}
	return "devel"
}
