//go:build tesseract

package main

/*
#include <stdlib.h>
#include <leptonica/allheaders.h>
#include <tesseract/capi.h>
*/
import "C"

import (
	"runtime"
	"runtime/debug"
	"strings"
	"unsafe"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
	"golang.org/x/sys/cpu"
)

const gosseractModule = "github.com/otiai10/gosseract/v2"

// versions says what this engine is made of.
func versions() *fondsv1.Engine {
	leptonica := C.getLeptonicaVersion()
	defer C.free(unsafe.Pointer(leptonica))
	return &fondsv1.Engine{
		Name:      "tesseract",
		Tesseract: C.GoString(C.TessVersion()),
		Leptonica: strings.TrimPrefix(C.GoString(leptonica), "leptonica-"),
		Gosseract: moduleVersion(gosseractModule),
		Cpu:       cpuPath(),
	}
}

// moduleVersion is the version of a module that was built in.
func moduleVersion(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range info.Deps {
		if m.Path == path {
			return strings.TrimPrefix(m.Version, "v")
		}
	}
	return ""
}

// cpuPath is the instruction set that Tesseract picks for its matrix products,
// in its own order of preference. Other sets may round differently.
func cpuPath() string {
	switch {
	case cpu.X86.HasAVX512VNNI:
		return "AVX512VNNI"
	case cpu.X86.HasAVX2:
		return "AVX2"
	case cpu.X86.HasAVX:
		return "AVX"
	case cpu.X86.HasSSE41:
		return "SSE4.1"
	case cpu.ARM64.HasASIMD:
		return "NEON"
	}
	return runtime.GOARCH
}
