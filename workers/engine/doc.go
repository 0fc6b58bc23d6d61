// Package engine runs engine children: it starts them, speaks frames with them
// over pipes, holds each request to a hard deadline, and replaces those that
// crash, hang, talk nonsense, grow or have read enough pages.
//
// It knows nothing of Tesseract or of pictures, links no C, and never lets a
// child outlive the process. Whatever a child does costs one call one error;
// the pool goes on.
package engine
