//go:build tesseract

package main

import (
	"path/filepath"
	"runtime"
	"testing"

	enginev1 "github.com/fonds-archive/fonds/proto/engine/v1"
)

// BenchmarkOther reads a bundled page and tells what is spent beside Tesseract: run it
// with -cpuprofile to see where.
func BenchmarkOther(b *testing.B) {
	runtime.LockOSThread() // CPU time is counted by thread
	defer runtime.UnlockOSThread()
	s := &server{reader: newReader(b, "eng")}
	path, err := filepath.Abs("../../scripts/samples/01-telegram-4117.png")
	if err != nil {
		b.Fatal(err)
	}
	with := recipe("eng")
	with.Method = shipped(b, "plain").GetMethod()
	var decode, recognise, other uint64
	for b.Loop() {
		got, err := s.recognize(&enginev1.Recognize{Image: testImage(b, path), Recipe: with})
		if err != nil {
			b.Fatal(err)
		}
		decode += got.GetParts().GetDecodeMicros()
		recognise += got.GetParts().GetRecognizeMicros()
		other += got.GetParts().GetOtherMicros()
	}
	n := 1000 * float64(b.N)
	b.ReportMetric(float64(decode)/n, "decode-ms/op")
	b.ReportMetric(float64(recognise)/n, "tesseract-ms/op")
	b.ReportMetric(float64(other)/n, "other-ms/op")
}
