package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/recipe"
)

// serveOptions are the settings of one server process. The flags' defaults are
// what a person with one machine wants.
type serveOptions struct {
	data        string
	listen      string
	http        string
	nats        string
	natsListen  string
	roles       []string
	workers     int
	watch       string
	watchTo     string
	watchLang   string
	importRoots []string
	agents      []string
	engine      string
	tessdata    []string
	recipes     string
	recipe      string
	insecure    bool
	verbose     bool
	pprof       string
	// publicURL is the address of the review page for browsers that come by a proxy.
	publicURL string
	// requireToken tells that nobody is the local operator. tokenFlag tells whether
	// somebody has said so: what it is otherwise depends on --listen.
	requireToken bool
	tokenFlag    *pflag.Flag

	pageDeadline  time.Duration
	pageBudget    int
	childMemory   int64
	resultSpace   int64
	ackWait       time.Duration
	reconcile     time.Duration
	retryDelay    time.Duration
	maxDeliveries int
	clientTimeout time.Duration
	// undeleteWithin is 0 for ever.
	undeleteWithin time.Duration
}

// The roles of a server process.
const (
	roleCatalog = "catalog"
	roleIntake  = "intake"
	roleRelay   = "relay"
	roleOCR     = "ocr"
	roleExtract = "extract"
)

var allRoles = []string{roleCatalog, roleIntake, roleRelay, roleOCR, roleExtract}

func newServeCommand() *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Start the server: catalog, queue and workers",
		Long: `serve runs every role in one process, with the database, the queue and the scans
in one folder. It listens on this machine only, and takes whoever calls from it without
a token for the local operator, who may do all but sign. --require-token ends that. The
first user is then made while no server runs:
  fonds user add NAME --role operator --data DIR

For browsers on other machines put a proxy that has TLS in front of --http, on the same
machine, and say with --public-url what its address is. A proxy in front of --listen
needs --require-token: whoever comes by it seems to call from here.

Roles: catalog (gRPC, database), intake (texts into the database), relay (jobs
and events out of it), extract (metadata out of texts), ocr (recognition). Those
that own the database run in one process; ocr may run in any number of them,
against --nats.

Texts and events can be read by anyone on the machine at --nats-listen, such as:
  nats --server nats://127.0.0.1:7444 sub 'fonds.text.v1.json.>'`,
		Example: `  fonds serve                                       all in ./data
  fonds serve --data /srv/fonds --workers 8         eight engine children
  fonds serve --watch ~/inbox                       read what is put there, and move it to done/ or failed/
  fonds serve --import-root /mnt/scans              let clients name files there instead of sending them
  fonds serve --require-token --public-url https://archive.example.org    behind a proxy, for people with names
  fonds serve --roles catalog,intake,relay,extract  no recognition in this process …
  fonds serve --roles ocr --nats nats://127.0.0.1:7444   … but in this one`,
		Args: needs(cobra.NoArgs, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return serve(cmd.Context(), o, newLog(cmd.ErrOrStderr(), o.verbose))
		},
	}
	o.flags(cmd)
	return cmd
}

func (o *serveOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.data, "data", "data", "folder for the database, the queue and the scans")
	f.StringVar(&o.listen, "listen", defaultServer, "address for gRPC")
	f.StringVar(&o.http, "http", "127.0.0.1:7480", `address for the review page, /readyz and /healthz; "" for none`)
	f.StringVar(&o.publicURL, "public-url", "", "where browsers reach the review page through a proxy on this machine, such as https://archive.example.org")
	f.BoolVar(&o.requireToken, "require-token", false, "let nobody in without a token (default: only where --listen is no loopback address)")
	o.tokenFlag = f.Lookup("require-token")
	f.StringVar(&o.pprof, "pprof", "", "address for /debug/pprof, such as 127.0.0.1:7481: on what this process spends time and memory, for developers")
	f.StringVar(&o.nats, "nats", "", "URL of an external NATS server with JetStream instead of the embedded one")
	f.StringVar(&o.natsListen, "nats-listen", "127.0.0.1:7444", `address of the embedded NATS server; "" for this process only`)
	f.StringSliceVar(&o.roles, "roles", []string{"all"}, "roles of this process: all, or some of "+strings.Join(allRoles, ","))
	f.IntVar(&o.workers, "workers", runtime.NumCPU(), "engine children, one a core")
	f.StringVar(&o.watch, "watch", "", "hot folder: files put there are ingested")
	f.StringVar(&o.watchTo, "watch-collection", "default", "collection for the hot folder")
	f.StringVar(&o.watchLang, "watch-lang", "eng", "languages of the hot folder, such as eng+rus")
	f.StringSliceVar(&o.importRoots, "import-root", nil, "folder below which clients may name files for the server to read")
	f.StringArrayVar(&o.agents, "agents", nil, "CSV or JSON file of names to lay over the built-in ones; may be given several times")
	f.StringVar(&o.engine, "engine", "", "the fonds-tesseract program (default: beside this program, else on PATH)")
	f.StringArrayVar(&o.tessdata, "tessdata", nil, "folder of *.traineddata models that go before Tesseract's own; may be given several times")
	f.StringVar(&o.recipes, "recipes", "", "folder of recipes of your own, each a NAME.json; see `fonds recipe check`")
	f.StringVar(&o.recipe, "recipe", recipe.Adaptive, "recipe of batches that name none")
	f.BoolVar(&o.insecure, "insecure", false, "allow addresses that other machines can reach, without TLS")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "log every page")
	f.DurationVar(&o.pageDeadline, "page-deadline", 120*time.Second, "hard limit on one page; an ordinary one takes 1 to 5 seconds")
	f.IntVar(&o.pageBudget, "child-pages", 100, "pages after which an engine child is replaced (it leaks 5 to 8 MB a page)")
	f.Int64Var(&o.childMemory, "child-memory", 2<<30, "bytes of memory that an engine child may take")
	f.Int64Var(&o.resultSpace, "result-space", 1<<30, "bytes of disk for what was recognised, so that the same picture in another file is not recognised again; 0 for none")
	f.DurationVar(&o.ackWait, "ack-wait", 30*time.Second, "silence after which a job goes to another worker")
	f.DurationVar(&o.reconcile, "reconcile", 10*time.Second, "how often lost jobs are looked for")
	f.DurationVar(&o.retryDelay, "retry-delay", 2*time.Second, "wait after a job's first failure; five times as long after each further one")
	f.IntVar(&o.maxDeliveries, "max-deliveries", 4, "tries at a job; the last failure is its outcome")
	f.DurationVar(&o.undeleteWithin, "undelete-within", catalog.DefaultLimits().UndeleteWithin, "how long a deleted document may be undeleted; 0 for ever")
	f.DurationVar(&o.clientTimeout, "client-timeout", 2*time.Minute, "silence after which a batch whose files have not all arrived is INCOMPLETE")
}

// check refuses settings that cannot work, before anything is started.
func (o *serveOptions) check() error {
	if slices.Equal(o.roles, []string{"all"}) {
		o.roles = allRoles
	}
	for _, r := range o.roles {
		if !slices.Contains(allRoles, r) {
			return usagef("there is no role %q: the roles are all, or some of %s", r, strings.Join(allRoles, ", "))
		}
	}
	if err := o.checkNumbers(); err != nil {
		return err
	}
	if o.watch != "" && !o.has(roleCatalog) {
		return usagef("--watch needs the role catalog in the same process")
	}
	if err := o.checkAddresses(); err != nil {
		return err
	}
	var err error
	if o.data, err = filepath.Abs(o.data); err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	return o.checkWatch()
}

// leastChildMemory is what a child needs to begin with a page of A4, and as much
// again to read it.
const leastChildMemory = 256 << 20

// checkNumbers refuses numbers with which nothing would work, or would end in the
// middle of the work.
func (o *serveOptions) checkNumbers() error {
	for _, n := range []struct {
		flag         string
		value, least int64
	}{
		{"--workers", int64(o.workers), 1},
		{"--child-pages", int64(o.pageBudget), 1},
		{"--child-memory", o.childMemory, leastChildMemory},
		{"--result-space", o.resultSpace, 0},
		{"--max-deliveries", int64(o.maxDeliveries), 1},
	} {
		if n.value < n.least {
			return usagef("%s %d: it must be at least %d", n.flag, n.value, n.least)
		}
	}
	for _, d := range []struct {
		flag         string
		value, least time.Duration
	}{
		{"--page-deadline", o.pageDeadline, time.Second},
		{"--ack-wait", o.ackWait, time.Second},
		{"--reconcile", o.reconcile, 100 * time.Millisecond},
		{"--retry-delay", o.retryDelay, time.Millisecond},
		{"--client-timeout", o.clientTimeout, time.Second},
		{"--undelete-within", o.undeleteWithin, 0},
	} {
		if d.value < d.least {
			return usagef("%s %s: it must be at least %s", d.flag, d.value, d.least)
		}
	}
	return nil
}

// checkWatch makes the hot folder one that the server itself may read. That it
// lies in the data folder, or holds it, is refused: the server would ingest itself.
func (o *serveOptions) checkWatch() error {
	if o.watch == "" {
		return nil
	}
	var err error
	if o.watch, err = filepath.Abs(o.watch); err != nil {
		return fmt.Errorf("--watch: %w", err)
	}
	if info, err := os.Stat(o.watch); err != nil || !info.IsDir() {
		return usagef("--watch %s is not a folder: make it first", o.watch)
	}
	o.watchTo = strings.TrimPrefix(o.watchTo, "collections/")
	switch {
	case !isLanguage(o.watchLang):
		return usagef("--watch-lang %s: write codes such as eng or eng+rus", shown(o.watchLang))
	case !collectionPattern.MatchString(o.watchTo):
		return usagef("--watch-collection %s: %s", shown(o.watchTo), collectionRule)
	}
	// The folder itself, not a link to it: a walk does not follow the link that it
	// begins with.
	if o.watch, err = filepath.EvalSymlinks(o.watch); err != nil {
		return fmt.Errorf("--watch: %w", err)
	}
	data, err := placeOf(o.data)
	if err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	for _, pair := range [][2]string{{data, o.watch}, {o.watch, data}} {
		if below, err := filepath.Rel(pair[0], pair[1]); err == nil && filepath.IsLocal(below) {
			return usagef("--watch %s and --data %s lie in one another: take two folders side by side", o.watch, o.data)
		}
	}
	o.importRoots = append(o.importRoots, o.watch)
	return nil
}

// placeOf follows the links in a path of which the end need not be there yet.
func placeOf(path string) (string, error) {
	there, err := existing(path)
	if err != nil {
		return "", err
	}
	folder, err := filepath.EvalSymlinks(there)
	if err != nil {
		return "", err
	}
	rest, err := filepath.Rel(there, path)
	return filepath.Join(folder, rest), err
}

func (o *serveOptions) has(role string) bool { return slices.Contains(o.roles, role) }

// owns tells whether this process needs the database.
func (o *serveOptions) owns() bool {
	return o.has(roleCatalog) || o.has(roleIntake) || o.has(roleRelay) || o.has(roleExtract)
}

// findEngine returns the engine child's program.
func (o *serveOptions) findEngine() (string, error) {
	if o.engine != "" {
		return o.engine, nil
	}
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), engineName)
		if _, err := os.Stat(beside); err == nil {
			return beside, nil
		}
	}
	path, err := exec.LookPath(engineName)
	if err != nil {
		return "", fmt.Errorf("the program %s is neither beside this one nor on PATH: run `make build`, or name it with --engine", engineName)
	}
	return path, nil
}

// engineName is the program of the engine children.
const engineName = "fonds-tesseract"
