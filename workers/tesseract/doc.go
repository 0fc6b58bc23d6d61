// Command fonds-tesseract is the engine child: it reads pages that a worker
// names on its standard input and answers with their text, one frame for one
// frame. It is the only program that links Tesseract and Leptonica, and only
// with the build tag "tesseract"; without it a stub is built that says so.
//
// The same page and recipe give the same body, whatever was read before. It
// never touches the network, never writes but to the target of a Render, never
// measures a page in seconds, and never outlives the worker that started it.
// A page that breaks C code breaks this process and nothing else.
package main
