package web_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// site serves the page on one address, and can be away and come back there.
type site struct {
	t       *testing.T
	archive *archive
	address string
	server  *http.Server
	ended   chan error
}

func (a *archive) site(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, archive: a, address: "127.0.0.1:0"}
	s.start()
	t.Cleanup(s.stop)
	return s
}

func (s *site) start() {
	s.t.Helper()
	listener, err := net.Listen("tcp", s.address)
	must(s.t, err)
	s.address = listener.Addr().String()
	s.server = &http.Server{Handler: s.archive.handler, ReadHeaderTimeout: 10 * time.Second}
	s.ended = make(chan error, 1)
	go func(server *http.Server, ended chan<- error) { ended <- server.Serve(listener) }(s.server, s.ended)
}

// stop breaks all connections off, as a server that is killed does.
func (s *site) stop() {
	if s.server == nil {
		return
	}
	_ = s.server.Close()
	<-s.ended
	s.server = nil
}

// chromium starts the browser; the test is skipped where there is none.
func chromium(t *testing.T) context.Context {
	t.Helper()
	switch {
	case watched:
		t.Skip("the browser's tests run without the race detector: a page waits four times as long beside it")
	case testing.Short():
		t.Skip("a browser takes half a minute")
	}
	program := os.Getenv("CHROMIUM")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); program == "" && err == nil {
			program = found
		}
	}
	if program == "" {
		t.Skip("no chromium found: install the package chromium, or name the program in $CHROMIUM, to have the page tested in a browser")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", false),
		chromedp.Flag("host-resolver-rules", "MAP archive.test 127.0.0.1"), // as from another machine: no secure context
		chromedp.WindowSize(1280, 720))
	allocated, stopAllocator := chromedp.NewExecAllocator(t.Context(), options...)
	first, stop := chromedp.NewContext(allocated)
	t.Cleanup(func() {
		_ = chromedp.Cancel(first)
		stop()
		stopAllocator()
	})
	must(t, chromedp.Do(first, chromedp.Navigate("about:blank")))
	return first
}

// tab is one person's window.
type tab struct {
	t    *testing.T
	ctx  context.Context
	site *site
	mu   sync.Mutex
	// wrong is what the console said that it must not.
	wrong []string
	// deaf is set while the network is gone on purpose.
	deaf bool
}

// person opens a window with cookies of its own and signs in.
func (s *site) person(browser context.Context, name, link string) *tab {
	s.t.Helper()
	ctx, stop := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	s.t.Cleanup(stop)
	p := &tab{t: s.t, ctx: ctx, site: s}
	must(s.t, chromedp.Do(ctx, chromedp.Navigate("about:blank"))) // the tab's life is that of its first call
	must(s.t, chromedp.Listen(ctx, p.listen))
	p.window(1280, 720, false)
	p.do("sign in as "+name, send(log.Enable, cdp.Empty{}),
		chromedp.Navigate("http://"+s.address+link),
		chromedp.WaitVisible("button.main"),
		chromedp.Click("button.main"))
	p.until("the queue is there", `document.querySelector("#reviews li, #empty:not([hidden])") !== null`)
	return p
}

// send makes an action of a command.
func send[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, params)
		return err
	})
}

func (p *tab) listen(event any) {
	said := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		said = e.ExceptionDetails.Text + " " + e.ExceptionDetails.Exception.Description
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			for _, a := range e.Args {
				said += string(a.Value) + a.Description
			}
		}
	case *log.EventEntryAdded:
		// Chromium writes of every answer above 400; the API refuses by them.
		refused := e.Entry.Source == log.EntrySourceNetwork && strings.Contains(e.Entry.URL, "/api/")
		if refused {
			break
		}
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			said = e.Entry.Text + " " + e.Entry.URL
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if said != "" && !p.deaf {
		p.wrong = append(p.wrong, said)
	}
}

// quiet fails when the console said something.
func (p *tab) quiet() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, said := range p.wrong {
		p.t.Errorf("console: %s", said)
	}
	p.wrong = nil
}

func (p *tab) ignore(deaf bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deaf = deaf
}

// stepTime bounds a step: what takes longer will not come.
const stepTime = time.Minute

func (p *tab) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, stepTime)
	defer stop()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.mu.Lock()
		said := strings.Join(p.wrong, "; ")
		p.mu.Unlock()
		p.keep("failed")
		p.t.Fatalf("%s: %v; console: %s; page: %s", what, err, said, p.text("body"))
	}
}

func (p *tab) open(path string) {
	p.t.Helper()
	p.do("open "+path, chromedp.Navigate("http://"+p.site.address+path))
}

// eval runs a script and returns its value, a promise's when it is kept.
func eval[T any](p *tab, script string) T {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, stepTime)
	defer stop()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", script[:min(len(script), 200)], err)
	}
	return value
}

func (p *tab) text(selector string) string {
	p.t.Helper()
	return eval[string](p, fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector))
}

// until waits for a condition of the page, also over pages that come and go.
func (p *tab) until(what, condition string) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, stepTime)
	defer stop()
	for {
		holds, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+condition+")"))
		if err == nil && holds {
			return
		}
		select {
		case <-ctx.Done():
			p.do("wait until "+what, chromedp.Func(func(context.Context, *chromedp.Target) error { return ctx.Err() }))
		case <-time.After(25 * time.Millisecond):
		}
	}
}

// press types a key with modifiers: "Control+Enter".
func (p *tab) press(combination string) {
	p.t.Helper()
	parts := strings.Split(combination, "+")
	var held []chromedp.KeyOption
	for _, name := range parts[:len(parts)-1] {
		held = append(held, chromedp.KeyModifiers(modifiers[name]))
	}
	key := parts[len(parts)-1]
	if key == "Enter" { // one event, so that a page that takes it gets no line break behind it
		down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Code: key, Text: "\r", WindowsVirtualKeyCode: 13}
		for _, set := range held {
			set(&down)
		}
		p.do("press "+combination, send(input.DispatchKeyEvent, down),
			send(input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: key, Code: key, WindowsVirtualKeyCode: 13}))
		return
	}
	if named, ok := keyNames[key]; ok {
		key = named
	}
	p.do("press "+combination, chromedp.KeyEvent(key, held...))
}

// typed writes text where the cursor is, as an input method does.
func (p *tab) typed(text string) {
	p.t.Helper()
	p.do("type "+text, chromedp.KeyEvent(text))
}

// ready waits until the scan is drawn and still.
func (p *tab) ready() {
	p.t.Helper()
	p.until("the workbench is there", `document.querySelectorAll("#lines li").length > 0 && document.querySelector("#scan-state").textContent === ""`)
	p.until("tiles have come", `performance.getEntriesByType("resource").some((r) => r.name.includes("/tiles/") && r.responseEnd > 0)`)
	time.Sleep(250 * time.Millisecond) // the way to the first line takes 180 ms
}

// shotsWanted tells that screenshots are kept, as artefacts of the test: with
// `go test -artifacts -outputdir DIR ./services/web`. They cost a fifth of the time.
func shotsWanted() bool {
	kept := flag.Lookup("test.artifacts")
	return kept != nil && kept.Value.String() == "true"
}

// keep stores a screenshot where nobody would otherwise look.
func (p *tab) keep(name string) {
	p.t.Helper()
	if !shotsWanted() {
		return
	}
	ctx, stop := context.WithTimeout(p.ctx, stepTime)
	defer stop()
	shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Logf("no screenshot %s: %v", name, err)
		return
	}
	must(p.t, os.WriteFile(filepath.Join(p.t.ArtifactDir(), name+".png"), shot, 0o644))
}

// window gives the window a size, and turns colours.
func (p *tab) window(width, height int64, dark bool) {
	p.t.Helper()
	p.screen(width, height, 1, dark)
}

// screen is window with so many pixels of the screen for one of the page.
func (p *tab) screen(width, height int64, scale float64, dark bool) {
	p.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	p.do("resize",
		send(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: scale}),
		send(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}))
	time.Sleep(120 * time.Millisecond) // canvases are drawn anew
}

var axe = sync.OnceValues(func() (string, error) {
	script, err := os.ReadFile("testdata/axe.min.js")
	return string(script), err
})

// accessible runs axe-core over the page as it is, in light and dark.
func (p *tab) accessible(view string) {
	p.t.Helper()
	script, err := axe()
	must(p.t, err)
	for _, dark := range []bool{false, true} {
		p.window(1280, 720, dark)
		eval[bool](p, "if (typeof axe !== 'object') {"+script+"}; true")
		found := eval[string](p, `axe.run(document, {resultTypes: ["violations"]}).then((r) => JSON.stringify(r.violations.map((v) => ({id: v.id, help: v.help, nodes: v.nodes.slice(0, 4).map((n) => n.html + " " + n.failureSummary)}))))`)
		var violations []struct {
			ID, Help string
			Nodes    []string
		}
		must(p.t, json.Unmarshal([]byte(found), &violations))
		for _, v := range violations {
			p.t.Errorf("%s, dark %v: %s (%s): %s", view, dark, v.ID, v.Help, strings.Join(v.Nodes, "\n"))
		}
	}
	p.window(1280, 720, false)
}

// shots keeps the view at the sizes that count: the last is a laptop's at 200 %.
func (p *tab) shots(view string) {
	p.t.Helper()
	if !shotsWanted() {
		return
	}
	for _, s := range []struct {
		name          string
		width, height int64
		scale         float64
		dark          bool
	}{
		{"desktop-light", 1600, 900, 1, false},
		{"desktop-dark", 1600, 900, 1, true},
		{"laptop-light", 1280, 720, 1, false},
		{"phone-light", 390, 844, 2, false},
		{"phone-dark", 390, 844, 2, true},
		{"200-light", 640, 360, 2, false},
	} {
		p.screen(s.width, s.height, s.scale, s.dark)
		// Where one stands above the other, the third pane is below the text.
		eval[bool](p, `document.querySelector("#side-pane:not([hidden])")?.scrollIntoView(); true`)
		p.keep(view + "-" + s.name)
	}
	eval[bool](p, `scrollTo(0, 0); true`)
	p.window(1280, 720, false)
}

var modifiers = map[string]chromedp.Modifier{"Control": chromedp.ModifierCtrl, "Alt": chromedp.ModifierAlt, "Shift": chromedp.ModifierShift}

var keyNames = map[string]string{
	"Enter": kb.Enter, "Escape": kb.Escape, "Down": kb.ArrowDown, "Up": kb.ArrowUp, "Backspace": kb.Backspace, "Home": kb.Home, "End": kb.End, "F8": kb.F8, "F1": kb.F1, "Tab": kb.Tab,
}
