package decode

import "errors"

// readEXIF takes orientation and, if the page has none yet, resolution from an
// EXIF block. A damaged block says nothing; only I/O errors are returned.
func readEXIF(s *source, p *Page) error {
	if b, err := s.upTo(0, 6); err == nil && string(b) == "Exif\x00\x00" {
		s = s.section(6, s.size-6) // PNG and WebP writers sometimes leave JPEG's prefix in
	}
	err := readEXIFBlock(s, p)
	if _, ok := errors.AsType[*Refusal](err); ok {
		return nil
	}
	return err
}

func readEXIFBlock(s *source, p *Page) error {
	t, off, err := openIFDs(s)
	if err != nil {
		return err
	}
	d, _, err := t.directory(off)
	if err != nil {
		return err
	}
	if o, err := t.orientation(d); err != nil {
		return err
	} else if o != 0 {
		p.Orientation = o
	}
	if p.Resolution == 0 {
		p.Resolution, err = t.resolution(d)
	}
	return err
}
