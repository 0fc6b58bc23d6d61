package agents

import "strings"

// slip is one difference between a name and what is written: a letter lost (to is 0), added (from is
// 0) or changed.
type slip struct {
	from, to rune
}

// align finds the fewest slips that lead from a name to what is written. Both are short: the table
// has (len+1)² cells.
func align(name, text []rune) []slip {
	n, m := len(name), len(text)
	cost := make([][]int, n+1)
	for i := range cost {
		cost[i] = make([]int, m+1)
		cost[i][m] = n - i
	}
	for j := range m + 1 {
		cost[n][j] = m - j
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			same := 1
			if name[i] == text[j] {
				same = 0
			}
			cost[i][j] = min(cost[i+1][j+1]+same, cost[i+1][j]+1, cost[i][j+1]+1)
		}
	}
	var out []slip
	for i, j := 0, 0; i < n || j < m; {
		switch {
		case i < n && j < m && name[i] == text[j] && cost[i][j] == cost[i+1][j+1]:
			i, j = i+1, j+1
		case i < n && j < m && cost[i][j] == cost[i+1][j+1]+1:
			out = append(out, slip{name[i], text[j]})
			i, j = i+1, j+1
		case i < n && cost[i][j] == cost[i+1][j]+1:
			out = append(out, slip{name[i], 0})
			i++
		default:
			out = append(out, slip{0, text[j]})
			j++
		}
	}
	return out
}

// oftenConfused are pairs of letters that OCR takes for each other, beside those that the index folds;
// oftenLost are thin letters that it loses or adds.
var (
	oftenConfused = func() map[slip]bool {
		set := map[slip]bool{}
		for pair := range strings.FieldsSeq("ce co eo ao ae un nh hb ft tf ij tl ti rt gq gy vy uv nr li 1t 5s 8b 6b пн ин иц шщ ыи еc зэ гт лд оэ жк") {
			r := []rune(pair)
			set[slip{r[0], r[1]}], set[slip{r[1], r[0]}] = true, true
		}
		return set
	}()
	oftenLost = "iltrj1fьы"
)

// describe puts slips into words and reports whether OCR often makes all of them.
func describe(slips []slip) (words string, common bool) {
	parts := make([]string, len(slips))
	common = true
	for i, s := range slips {
		switch {
		case s.to == 0:
			parts[i] = string(s.from) + " lost"
			common = common && strings.ContainsRune(oftenLost, s.from)
		case s.from == 0:
			parts[i] = string(s.to) + " added"
			common = common && strings.ContainsRune(oftenLost, s.to)
		default:
			parts[i] = string(s.from) + " written as " + string(s.to)
			common = common && oftenConfused[s]
		}
	}
	return strings.Join(parts, ", "), common
}
