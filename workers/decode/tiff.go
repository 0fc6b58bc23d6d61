package decode

import (
	"errors"
	"fmt"
	"math"
)

// tiffPages walks the chain of directories. Thumbnails and masks are not
// pages, but count in the index by which Leptonica finds an image. Where the
// chain breaks, the pages behind the break are lost and nobody knows how many
// they were: one page with the outcome CORRUPT stands for them.
func tiffPages(s *source, limits Limits) ([]Page, error) {
	t, off, err := openIFDs(s)
	if err != nil {
		return nil, err
	}
	var pages, thumbnails []Page
	seen := map[uint64]bool{}
	for index := uint32(0); off != 0; index++ {
		if len(seen) >= limits.MaxPages {
			return nil, tooLarge("the file declares more than %d pages, which is the limit", limits.MaxPages)
		}
		if seen[off] {
			pages = append(pages, lostPage(index, corrupt("it leads back to byte %d, which was read before", off)))
			break
		}
		seen[off] = true
		d, next, err := t.directory(off)
		if damaged, ok := errors.AsType[*Refusal](err); ok {
			pages = append(pages, lostPage(index, damaged))
			break
		} else if err != nil {
			return nil, err
		}
		page, isPage, err := t.page(d)
		if err != nil {
			return nil, err
		}
		page.index = index
		if isPage {
			pages = append(pages, page)
		} else {
			thumbnails = append(thumbnails, page)
		}
		off = next
	}
	return wholeTIFF(pages, thumbnails)
}

// wholeTIFF decides what a file is as a whole. A file whose images all call
// themselves thumbnails is read as if they did not.
func wholeTIFF(pages, thumbnails []Page) ([]Page, error) {
	if len(pages) == 0 {
		pages = thumbnails
	}
	if len(pages) == 0 {
		return nil, corrupt("the TIFF file holds no page")
	}
	if len(pages) == 1 && len(thumbnails) == 0 && pages[0].Outcome != 0 && pages[0].Width == 0 {
		return nil, &Refusal{pages[0].Outcome, pages[0].Reason}
	}
	return pages, nil
}

func lostPage(index uint32, why *Refusal) Page {
	return Page{
		index:   index,
		Outcome: why.Outcome,
		Reason:  fmt.Sprintf("image %d of the TIFF file, and any behind it, cannot be found: %s", index+1, why.Reason),
	}
}

// Bits of NewSubfileType.
const (
	subfileReduced = 1
	subfileMask    = 4
)

// page reads what a directory says of its image, and whether that is a page.
func (t *ifds) page(d directory) (p Page, isPage bool, err error) {
	var v [9]uint64
	for i, want := range [...]struct {
		tag       uint16
		otherwise uint64
	}{
		{tagWidth, 0},
		{tagHeight, 0},
		{tagBits, 1},
		{tagSamples, 1},
		{tagCompression, 1},
		{tagPlanar, 1},
		{tagSampleFormat, 1},
		{tagSubfile, 0},
		{tagOldSubfile, 0},
	} {
		if v[i], err = t.first(d, want.tag, want.otherwise); err != nil {
			return p, false, err
		}
	}
	p.Width = uint32(min(v[0], math.MaxUint32))
	p.Height = uint32(min(v[1], math.MaxUint32))
	if p.Orientation, err = t.orientation(d); err != nil {
		return p, false, err
	}
	if p.Resolution, err = t.resolution(d); err != nil {
		return p, false, err
	}
	_, tiled := d[tagTileWidth]
	p.bits = tiffBits(v[2], v[3])
	if r := tiffRefusal(v[2], v[3], v[4], v[5], v[6], tiled); r != nil {
		p.refuse(r)
	}
	return p, v[7]&(subfileReduced|subfileMask) == 0 && v[8] != 2, nil
}

// tiffBits is what libtiff and Leptonica hold together: the picture at its own
// depth (colour at 32 bits) and either a strip as long as the page or libtiff's
// own 32-bit picture.
func tiffBits(bits, samples uint64) uint64 {
	bits, samples = min(bits, 64), min(samples, 8)
	if samples == 1 {
		return 2 * bits
	}
	return 32 + max(32, bits*samples)
}

// tiffRefusal names what Leptonica 1.82 does not read (tried on files of each
// kind), with a command that mends it.
func tiffRefusal(bits, samples, compression, planar, format uint64, tiled bool) *Refusal {
	const mend = "convert it first, for example with: "
	switch {
	case tiled:
		return refused("the TIFF image is stored in tiles, which are not read here: " + mend + "tiffcp -s -c lzw IN.tif OUT.tif")
	case planar == 2 && samples > 1:
		return refused("the TIFF image keeps its colours apart, which is not read here: " + mend + "tiffcp -p contig IN.tif OUT.tif")
	case compression == 6:
		return refused("the TIFF image uses the old kind of JPEG compression, which is not read here: " + mend + "tiffcp -c lzw IN.tif OUT.tif")
	case compression == 34712 || compression == 33003 || compression == 33005:
		return refused("the TIFF image is compressed as JPEG 2000, which is not read here: convert it to LZW first")
	case compression == 50001:
		return refused("the TIFF image is compressed as WebP, which is not read here: " + mend + "tiffcp -c lzw IN.tif OUT.tif")
	case format != 1 && format != 4:
		return refused("the TIFF image holds signed or floating numbers, which are not read here: convert it to 8 bits first")
	case bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16:
		return refused("the TIFF image has %d bits a sample, which is not read here: convert it to 8 bits first", bits)
	case samples == 0 || samples > 4 || samples == 2 && bits != 8:
		return refused("the TIFF image has %d samples of %d bits a pixel, which is not read here: convert it to grey or RGB first", samples, bits)
	}
	return nil
}
