package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// The verdicts of a diagnosis.
const (
	verdictOK      = "OK"
	verdictNote    = "NOTE"
	verdictProblem = "PROBLEM"
)

// diagnosis is what one check of doctor has found.
type diagnosis struct {
	Check   string `json:"check"`
	Verdict string `json:"verdict"`
	Detail  string `json:"detail"`
	// Mend is what to run, or do, when all is not well.
	Mend string `json:"mend,omitempty"`
}

func well(check, format string, args ...any) diagnosis {
	return diagnosis{Check: check, Verdict: verdictOK, Detail: fmt.Sprintf(format, args...)}
}

func remark(check, mend, format string, args ...any) diagnosis {
	return diagnosis{Check: check, Verdict: verdictNote, Detail: fmt.Sprintf(format, args...), Mend: mend}
}

func unwell(check, mend, format string, args ...any) diagnosis {
	return diagnosis{Check: check, Verdict: verdictProblem, Detail: fmt.Sprintf(format, args...), Mend: mend}
}

// doctorOptions are the flags of doctor.
type doctorOptions struct {
	data     string
	engine   string
	tessdata []string
	listen   string
	http     string
	langs    string
	health   bool
}

func newDoctorCommand() *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Tell what is installed, which models and versions, and how to mend what is missing",
		Long: `Look at this machine as a server needs it: the engine and its models, poppler's
tools for PDF, the data folder, the ports; and whether a server answers and what
its workers can read.

A PROBLEM keeps a server from working here and makes the exit code 1; a NOTE
does not. --health looks at the server alone, for programs that watch over it: it needs
no token, and the exit code is 3 while the server does not serve.`,
		Example: `  fonds doctor
  fonds doctor --lang eng+rus --data /srv/fonds
  fonds doctor --json | jq -r 'select(.verdict == "PROBLEM") | .mend'`,
		Args: needs(cobra.NoArgs, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !isLanguage(o.langs) {
				return usagef("--lang %s: write codes such as eng or eng+rus", shown(o.langs))
			}
			c, err := dial(cmd)
			if err != nil {
				return err
			}
			defer c.close()
			if o.health {
				return o.examineHealth(cmd, c)
			}
			return o.report(cmd, o.examine(cmd.Context(), c))
		},
	}
	addServerFlag(cmd)
	cmd.Flags().StringVar(&o.data, "data", "data", "data folder that the server has or will have")
	cmd.Flags().StringVar(&o.engine, "engine", "", "the "+engineName+" program (default: beside this program, else on PATH)")
	cmd.Flags().StringArrayVar(&o.tessdata, "tessdata", nil, "folder of *.traineddata models that go before Tesseract's own; may be given several times")
	cmd.Flags().StringVar(&o.listen, "listen", defaultServer, "address that serve will listen on for gRPC")
	cmd.Flags().StringVar(&o.http, "http", "127.0.0.1:7480", "address that serve will listen on for HTTP")
	cmd.Flags().BoolVar(&o.health, "health", false, "only ask the server whether it serves")
	cmd.Flags().StringVar(&o.langs, "lang", "eng", "languages that the models must be there for")
	return cmd
}

// examine makes all checks, one after the other.
func (o doctorOptions) examine(ctx context.Context, c *client) []diagnosis {
	diagnoses := []diagnosis{well("fonds", "version %s", version())}
	diagnoses = append(diagnoses, examineEngine(ctx, o.engine, o.tessdata, strings.Split(o.langs, "+"))...)
	diagnoses = append(diagnoses, examinePoppler(ctx)...)
	diagnoses = append(diagnoses, examineFolder(o.data)...)
	server, answers := examineServer(ctx, c)
	diagnoses = append(diagnoses, examinePort(ctx, "--listen", o.listen, answers), examinePort(ctx, "--http", o.http, answers))
	return append(diagnoses, server...)
}

func (o doctorOptions) report(cmd *cobra.Command, diagnoses []diagnosis) error {
	problems := 0
	for _, f := range diagnoses {
		if f.Verdict == verdictProblem {
			problems++
		}
	}
	w := cmd.OutOrStdout()
	for _, f := range diagnoses {
		if wantsJSON(cmd) {
			if err := writeValue(w, f); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintf(w, "%-8s %-12s %s\n", f.Verdict, f.Check, oneLine(f.Detail, 500)); err != nil {
			return err
		}
		if f.Mend != "" {
			fmt.Fprintf(w, "%-8s %-12s   -> %s\n", "", "", f.Mend)
		}
	}
	if problems > 0 {
		if !wantsJSON(cmd) {
			fmt.Fprintf(w, "\n%s to mend.\n", plural(problems, "problem"))
		}
		return errFailedData
	}
	return nil
}

// examineHealth asks what anybody may ask.
func (o doctorOptions) examineHealth(cmd *cobra.Command, c *client) error {
	ctx, cancel := context.WithTimeout(cmd.Context(), 5*time.Second)
	defer cancel()
	answer, err := grpc_health_v1.NewHealthClient(c.conn).Check(ctx, &grpc_health_v1.HealthCheckRequest{})
	switch {
	case err != nil:
		return err
	case answer.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING:
		return &exitError{code: exitUnreachable, message: fmt.Sprintf("the server at %s is not ready, or is stopping", c.address)}
	}
	return o.report(cmd, []diagnosis{well("server", "serves at %s", c.address)})
}

// examineServer tells whether a server answers, and what its workers can read.
func examineServer(ctx context.Context, c *client) (diagnoses []diagnosis, answers bool) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	answer, err := c.ingest.ListWorkers(ctx, &fondsv1.ListWorkersRequest{})
	if err != nil {
		p := problemOf(err, c.address)
		if p.Code == codeName(codes.Unauthenticated) && !c.named {
			return []diagnosis{remark("server", "export "+tokenFileEnv+"=FILE", "answers at %s, and says no more to who has no token", c.address)}, true
		}
		if p.ExitCode == exitUnreachable && p.Reason == "" {
			return []diagnosis{remark("server", "fonds serve", "no fonds server answers at %s", c.address)}, false
		}
		return []diagnosis{unwell("server", "look at the log of the server", "%s", p)}, true
	}
	diagnoses = append(diagnoses, well("server", "answers at %s", c.address))
	if len(answer.GetWorkers()) == 0 {
		mend := "fonds serve --roles ocr, or wait a few seconds after a start"
		return append(diagnoses, unwell("workers", mend, "no worker is live: nothing is read")), true
	}
	for _, w := range answer.GetWorkers() {
		diagnoses = append(diagnoses, well("worker", "%s: %s, %s, models %s", w.GetId(), engineText(w.GetEngine()),
			fmt.Sprintf("%d engine children", w.GetChildren()), modelList(w.GetModels())))
	}
	return diagnoses, true
}

func engineText(e *fondsv1.Engine) string {
	return fmt.Sprintf("Tesseract %s, Leptonica %s, gosseract %s, %s", e.GetTesseract(), e.GetLeptonica(), e.GetGosseract(), e.GetCpu())
}

func modelList(models []*fondsv1.Model) string {
	codes := make([]string, len(models))
	for i, m := range models {
		codes[i] = m.GetLanguage()
	}
	return strings.Join(codes, " ")
}
