//go:build tesseract

package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("fonds-tesseract: ")
	// One thread reads pages, one watches standard input; all heavy memory is C's.
	runtime.GOMAXPROCS(2)
	frames, err := takeStdout()
	if err != nil {
		log.Fatal(err)
	}
	if err := run(frames, os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

// run prepares the process and serves until standard input ends.
func run(frames *os.File, args []string) (err error) {
	flags := flag.NewFlagSet("fonds-tesseract", flag.ContinueOnError)
	var folders []string
	flags.Func("tessdata", "folder of *.traineddata, before TESSDATA_PREFIX or Tesseract's own; may be given several times", func(folder string) error {
		folders = append(folders, folder)
		return nil
	})
	memory := flags.Uint64("memory-limit", 0, "most bytes of data that the process may map; 0: no limit")
	describe := flags.Bool("describe", false, "give the SHA-256 of every model in the first frame")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("read flags: %w", err)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("read flags: %q is not wanted", flags.Arg(0))
	}
	if err := requireOneThread(); err != nil {
		return err
	}
	if err := limit(*memory); err != nil {
		return err
	}
	models, err := openTessdata(folders...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, models.Close()) }()
	server := &server{reader: &reader{models: models}, frames: frames}
	if err := server.hello(*describe); err != nil {
		return err
	}
	return server.serve(os.Stdin)
}
