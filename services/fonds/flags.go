package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/pflag"
)

// flagMistake says what is wrong with a flag. The parser of flags shows a value that
// it cannot read with the name of the function that refused it, and takes a letter
// for its first byte.
func flagMistake(err error) string {
	var (
		value   *pflag.InvalidValueError
		unknown *pflag.NotExistError
	)
	switch {
	case errors.As(err, &value):
		f := value.GetFlag()
		wanted := wantedBy(f.Value.Type())
		if strings.HasPrefix(value.GetValue(), "-") && f.Value.Type() != "duration" {
			wanted += ", zero or above"
		}
		return fmt.Sprintf("--%s %s: write %s", f.Name, shown(value.GetValue()), wanted)
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		letters := unknown.GetSpecifiedShortnames()
		at := max(strings.Index(letters, unknown.GetSpecifiedName()), 0)
		letter, _ := utf8.DecodeRuneInString(letters[at:])
		mistake := "unknown shorthand flag: -" + shown(string(letter))
		if len(letters) > utf8.RuneLen(letter) {
			mistake += " in -" + shown(letters)
		}
		return mistake
	}
	return err.Error()
}

// wantedBy says what a flag of a type takes.
func wantedBy(kind string) string {
	switch kind {
	case "int", "uint32":
		return "a whole number"
	case "float64":
		return "a number, such as 0.9"
	case "bool":
		return "true or false"
	case "duration":
		return "a time, such as " + (90 * time.Second).String() + " or 10s"
	case "count":
		return "a count"
	}
	return "another value"
}

// countFlag is a number of things, 0 for all.
type countFlag int

// countVar makes a flag that takes a number of things, 0 for all.
func countVar(flags *pflag.FlagSet, to *int, name string, usual int, usage string) {
	*to = usual
	flags.Var((*countFlag)(to), name, usage)
}

func (c *countFlag) String() string { return strconv.Itoa(int(*c)) }
func (c *countFlag) Type() string   { return "int" }

func (c *countFlag) Set(written string) error {
	n, err := strconv.Atoi(written)
	if err == nil && n < 0 {
		err = errors.New("below zero")
	}
	if err == nil {
		*c = countFlag(n)
	}
	return err
}
