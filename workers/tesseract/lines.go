//go:build tesseract

package main

/*
#cgo LDFLAGS: -llept -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <leptonica/allheaders.h>

// Tesseract packs the picture of each line as a PNG, only to unpack it again a
// moment later for its neural network: an eighth of a page's CPU time. The loader
// looks for pixWriteMem in the program before it looks into Leptonica, and finds
// this one, which packs without compressing; pixReadMem knows the form.
l_ok pixWriteMem(l_uint8 **data, size_t *size, PIX *pix, l_int32 format)
{
	typedef l_ok (*writer)(l_uint8 **, size_t *, PIX *, l_int32);
	l_uint32 *words = NULL;
	writer leptonica;
	if (format == IFF_PNG) {
		l_ok failed = pixSerializeToMemory(pix, &words, size);
		*data = (l_uint8 *)words;
		return failed;
	}
	leptonica = (writer)dlsym(RTLD_NEXT, "pixWriteMem");
	return leptonica ? leptonica(data, size, pix, format) : 1;
}
*/
import "C"
