// Command readscans reads a folder of scans that has a MANIFEST.tsv with one recipe, as a
// worker does, and writes the text of each beside the others, for score_text.py:
//
//	readscans [-only TEXT] ENGINE FOLDER RECIPE OUT
//
// RECIPE is a shipped recipe's name or a recipe's file. Prints CPU seconds file by file;
// OUT also gets what was done to each page (NAME.steps).
package main

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"github.com/fonds-archive/fonds/services/recipe"
	"github.com/fonds-archive/fonds/workers/decode"
	"github.com/fonds-archive/fonds/workers/engine"
)

func main() {
	log.SetFlags(0)
	only := flag.String("only", "", "files with one of these in their names, parted by commas")
	tessdata := flag.String("tessdata", "", "folder of models")
	children := flag.Int("children", 1, "engine children")
	flag.Parse()
	if flag.NArg() != 4 {
		log.Fatal("usage: readscans [-only TEXT] [-tessdata DIR] ENGINE FOLDER RECIPE OUT")
	}
	if err := run(flag.Arg(0), flag.Arg(1), flag.Arg(2), flag.Arg(3), *tessdata, strings.Split(*only, ","), *children); err != nil {
		log.Fatal(err)
	}
}

// run reads every file of the folder that has a ground truth.
func run(child, folder, name, out, tessdata string, only []string, children int) error {
	method, err := load(name)
	if err != nil {
		return err
	}
	config := engine.Config{Path: child, Children: children, Deadline: 10 * time.Minute}
	if tessdata != "" {
		config.Args = []string{"--tessdata", tessdata}
	}
	pool := engine.New(config)
	defer pool.Close()
	file, err := os.Open(filepath.Join(folder, "MANIFEST.tsv"))
	if err != nil {
		return err
	}
	defer file.Close()
	table := csv.NewReader(file)
	table.Comma, table.LazyQuotes, table.FieldsPerRecord = '\t', true, -1
	rows, err := table.ReadAll()
	if err != nil {
		return err
	}
	column := map[string]int{}
	for i, title := range rows[0] {
		column[title] = i
	}
	gate := make(chan struct{}, children)
	totals := make(chan time.Duration)
	n := 0
	for _, row := range rows[1:] {
		scan := row[column["file"]]
		if strings.HasPrefix(row[column["ground truth"]], "none") || !among(scan, only) {
			continue
		}
		n++
		go func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			r := &fondsv1.Recipe{Languages: strings.Split(row[column["language"]], "+"), Method: method.GetMethod(), Parameters: method.GetParameters()}
			cpu, err := readScan(pool, filepath.Join(folder, scan), r, filepath.Join(out, scan))
			if err != nil {
				log.Printf("%s: %v", scan, err)
			}
			fmt.Printf("%8.2f\t%s\n", cpu.Seconds(), scan)
			totals <- cpu
		}()
	}
	var total time.Duration
	for range n {
		total += <-totals
	}
	fmt.Printf("%8.2f\tall\n", total.Seconds())
	return nil
}

func among(scan string, only []string) bool {
	for _, part := range only {
		if strings.Contains(scan, part) {
			return true
		}
	}
	return false
}

func load(name string) (*fondsv1.Recipe, error) {
	if data, err := os.ReadFile(name); err == nil {
		return recipe.Read(data)
	}
	return recipe.Shipped().Recipe(name)
}

// readScan reads the pages of one scan.
func readScan(pool *engine.Pool, path string, r *fondsv1.Recipe, out string) (cpu time.Duration, err error) {
	ctx := context.Background()
	scan, err := decode.Probe(ctx, path, decode.Limits{})
	if err != nil {
		return 0, err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return 0, err
	}
	var text, steps strings.Builder
	for page := range scan.Pages {
		img, release, err := decode.Image(ctx, path, page+1, os.TempDir(), decode.Limits{})
		if err != nil {
			return cpu, err
		}
		got, err := pool.Recognize(ctx, &enginev1.Recognize{Image: img, Recipe: r})
		release()
		if err != nil {
			return cpu, err
		}
		cpu += time.Duration(got.GetCpuMicros()) * time.Microsecond
		text.WriteString(got.GetBody().GetText() + "\n")
		fmt.Fprintf(&steps, "page %d: %v %s, %.2f s\n", page+1, got.GetOutcome(), got.GetReason(), float64(got.GetCpuMicros())/1e6)
		for _, s := range got.GetBody().GetSteps() {
			fmt.Fprintf(&steps, "  %s: %s\n", s.GetName(), s.GetDetail())
		}
	}
	if err := os.WriteFile(out+".steps", []byte(steps.String()), 0o644); err != nil {
		return cpu, err
	}
	return cpu, os.WriteFile(out+".txt", []byte(text.String()), 0o644)
}
