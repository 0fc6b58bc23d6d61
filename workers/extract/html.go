package extract

import "strings"

// breaks are the tags that end a line; true for those that end a paragraph.
var breaks = map[string]bool{
	"br": false, "div": false, "tr": false, "li": false, "dt": false, "dd": false,
	"p": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true,
	"table": true, "ul": true, "ol": true, "blockquote": true, "section": true, "article": true, "hr": true,
}

// PlainHTML returns the text of an HTML page in as many bytes as the page has, so
// that an offset into one is an offset into the other: tags, comments and scripts
// become blanks, ends of paragraphs line ends, headings Markdown's marks. It reads
// broken pages too, and never fails.
func PlainHTML(source string) string {
	plain := []byte(source)
	for i := 0; i < len(plain); {
		switch plain[i] {
		case '<':
			i = blankTag(source, plain, i)
		case '&':
			i = blankEntity(source, plain, i)
		case '\n', '\r', '\t':
			plain[i] = ' ' // only tags break lines
			i++
		default:
			i++
		}
	}
	return string(plain)
}

// blankTag blanks the tag at i, and what is inside when that is no text. It
// returns the offset behind.
func blankTag(source string, plain []byte, i int) int {
	name := tagName(source[i+1:])
	end := strings.IndexByte(source[i:], '>')
	if strings.HasPrefix(source[i:], "<!--") {
		if end = strings.Index(source[i:], "-->"); end >= 0 {
			end += 2
		}
	} else if name == "" {
		return i + 1 // a bracket of the text
	}
	if end < 0 {
		end = len(source) - i - 1
	}
	end += i + 1
	if name == "script" || name == "style" || name == "head" && !strings.HasPrefix(source[i:], "</") {
		if rest := strings.Index(strings.ToLower(source[end:]), "</"+name); rest >= 0 {
			end += rest
		}
	}
	for j := i; j < end; j++ {
		plain[j] = ' '
	}
	closing := i+1 < len(source) && source[i+1] == '/'
	if paragraph, known := breaks[name]; known {
		plain[i] = '\n'
		if paragraph && end > i+1 {
			plain[i+1] = '\n'
		}
		if level := int(name[len(name)-1] - '0'); len(name) == 2 && name[0] == 'h' && level >= 1 && level <= 6 && !closing && end-i >= 4 {
			plain[i+2] = '#'
		}
	}
	return end
}

// tagName reads the name of a tag, in lower case; "" for what is no tag.
func tagName(s string) string {
	s = strings.TrimPrefix(s, "/")
	n := 0
	for n < len(s) && n < 12 && (s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z' || n > 0 && s[n] >= '0' && s[n] <= '9') {
		n++
	}
	if n == 0 {
		if strings.HasPrefix(s, "!") || strings.HasPrefix(s, "?") {
			return s[:1]
		}
		return ""
	}
	return strings.ToLower(s[:n])
}

// entities are the characters that pages write by name, in no more bytes.
var entities = map[string]string{
	"nbsp": " ", "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "ldquo": "“", "rdquo": "”",
	"lsquo": "‘", "rsquo": "’", "laquo": "«", "raquo": "»", "ndash": "–", "mdash": "—", "hellip": "…", "ordm": "º",
}

// blankEntity writes a character for its name, blanks behind.
func blankEntity(source string, plain []byte, i int) int {
	end := strings.IndexByte(source[i:min(len(source), i+12)], ';')
	if end < 0 {
		return i + 1
	}
	written, known := entities[source[i+1:i+end]]
	if !known {
		return i + 1
	}
	n := copy(plain[i:], written)
	for j := i + n; j <= i+end; j++ {
		plain[j] = ' '
	}
	return i + end + 1
}
