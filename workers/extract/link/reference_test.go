package link_test

import (
	"slices"
	"testing"
)

// What a telegram of SOROKIN to LUNIN says of others: "NUMBER DAY FROM>TO" for each.
// "Your" is what its reader sent to its author, "my" what its author sent before.
func TestReferencesAreUnderstood(t *testing.T) {
	english := telegram{number: "5120", own: "81", from: "SOROKIN", to: "LUNIN"}
	russian := telegram{number: "5120", own: "81", from: "СОРОКИН", to: "ЛУНИНУ", russian: true}
	for _, c := range []struct {
		form       telegram
		date, text string
		want       []string
	}{
		{english, "2 March 1950", "To my No. 75. The wells hold water.", []string{"75  SOROKIN>LUNIN"}},
		{english, "2 March 1950", "To my telegram No. 75. The wells hold water.", []string{"75  SOROKIN>LUNIN"}},
		{english, "2 March 1950", "To our No. 75 of 28 February. The wells hold water.", []string{"75 1950-02-28 SOROKIN>LUNIN"}},
		{english, "2 March 1950", "In addition to my No. 75 I report on the wells.", []string{"75  SOROKIN>LUNIN"}},
		{english, "2 March 1950", "To your No. 1234. The wells hold water.", []string{"1234  LUNIN>SOROKIN"}},
		{english, "2 March 1950", "Ref. your 1234. The wells hold water.", []string{"1234  LUNIN>SOROKIN"}},
		{english, "2 March 1950", "Reference your No. 1234. The wells hold water.", []string{"1234  LUNIN>SOROKIN"}},
		{english, "2 March 1950", "In reply to your telegram No. 1234 of 1 March I report on the wells.", []string{"1234 1950-03-01 LUNIN>SOROKIN"}},
		{english, "2 March 1950", "Your telegram of 1 March has been received.", []string{" 1950-03-01 LUNIN>SOROKIN"}},
		{english, "2 March 1950", "Your telegrams of 25 and 27 February have been received.", []string{" 1950-02-25 LUNIN>SOROKIN", " 1950-02-27 LUNIN>SOROKIN"}},
		{english, "2 March 1950", "Both your telegrams (of 25 and 27 February) have been received.", []string{" 1950-02-25 LUNIN>SOROKIN", " 1950-02-27 LUNIN>SOROKIN"}},
		{english, "2 March 1950", "I received your telegram of 1 March 1950.", []string{" 1950-03-01 LUNIN>SOROKIN"}},
		{english, "2 March 1950", "I received your letter of 27.2.50 about the wells.", []string{" 1950-02-27 LUNIN>SOROKIN"}},
		{english, "2 March 1950", "Response to your telegram of the same day.", []string{" 1950-03-02 LUNIN>SOROKIN"}},
		{english, "2 March 1950", "In reply to your telegram of today I report on the wells.", []string{" 1950-03-02 LUNIN>SOROKIN"}},
		{english, "2 March 1950", "In reply to your telegram of yesterday I report on the wells.", []string{" 1950-03-01 LUNIN>SOROKIN"}},
		{english, "2 January 1951", "Your telegram of 30 December has been received.", []string{" 1950-12-30 LUNIN>SOROKIN"}},
		{english, "31 December 1950", "Your telegram of 30 December has been received.", []string{" 1950-12-30 LUNIN>SOROKIN"}},
		{english, "31 December 1950", "Your telegram of 1 January has been received.", []string{" 1951-01-01 LUNIN>SOROKIN"}}, // clocks differ
		{english, "2 January 1951", "Your telegram of 30 December 1949 has been received.", []string{" 1949-12-30 LUNIN>SOROKIN"}},
		{english, "", "Your telegram of 1 March has been received.", []string{"  LUNIN>SOROKIN"}},
		{english, "2 March 1950", "Your telegram about the wells has been received.", []string{"  LUNIN>SOROKIN"}},
		{english, "2 March 1950", "According to your directive No. 1234 the wells were measured.", []string{"1234  LUNIN>SOROKIN"}},
		{english, "2 March 1950", "Your No. 302/sh has been received.", []string{"302/sh  LUNIN>SOROKIN"}},
		{english, "2 March 1950", "Your No. 302/III has been received.", []string{"302/sh  LUNIN>SOROKIN"}},
		{english, "2 March 1950", "To my No. 75 (vkh. No. 20501). The wells hold water.", []string{"75  SOROKIN>LUNIN"}},
		{english, "2 March 1950", "See No. 75. The wells hold water.", []string{"75  >"}},
		{english, "2 March 1950", "I received a telegram from Comrade GUROV of 1 March.", []string{" 1950-03-01 GUROV>"}},
		{english, "2 March 1950", "The wells were measured again. They hold water until June.", nil},
		{english, "2 March 1950", "We received your pumps on 1 March.", nil},
		{russian, "2 марта 1950 года", "На Ваш № 1234. Колодцы полны.", []string{"1234  ЛУНИНУ>СОРОКИН"}},
		{russian, "2 марта 1950 года", "На Ваш № 1234 от 1 марта. Колодцы полны.", []string{"1234 1950-03-01 ЛУНИНУ>СОРОКИН"}},
		{russian, "2 марта 1950 года", "На № 1234. Колодцы полны.", []string{"1234  ЛУНИНУ>СОРОКИН"}},
		{russian, "2 марта 1950 года", "На Вашу телеграмму от 1 марта сообщаю о колодцах.", []string{" 1950-03-01 ЛУНИНУ>СОРОКИН"}},
		{russian, "2 марта 1950 года", "Ваши телеграммы от 25 и 27 февраля получены.", []string{" 1950-02-25 ЛУНИНУ>СОРОКИН", " 1950-02-27 ЛУНИНУ>СОРОКИН"}},
		{russian, "2 марта 1950 года", "В дополнение к нашему № 75 сообщаю о колодцах.", []string{"75  СОРОКИН>ЛУНИНУ"}},
		{russian, "2 марта 1950 года", "К моему № 75. Колодцы полны.", []string{"75  СОРОКИН>ЛУНИНУ"}},
		{russian, "2 марта 1950 года", "В ответ на Вашу телеграмму № 1234 сообщаю о колодцах.", []string{"1234  ЛУНИНУ>СОРОКИН"}},
		{russian, "2 марта 1950 года", "Вашу телеграмму от 1.3.50 получил.", []string{" 1950-03-01 ЛУНИНУ>СОРОКИН"}},
		{russian, "3 января 1951 года", "На Вашу телеграмму от 29 декабря сообщаю о колодцах.", []string{" 1950-12-29 ЛУНИНУ>СОРОКИН"}},
		{russian, "2 марта 1950 года", "Ваш № 302/ш получен.", []string{"302/sh  ЛУНИНУ>СОРОКИН"}},
		{russian, "2 марта 1950 года", "Колодцы измерены снова. Воды хватит до июня.", nil},
	} {
		form := c.form
		form.date, form.text = c.date, c.text+" We ask for two pumps."
		if form.russian {
			form.text = c.text + " Просим прислать два насоса."
		}
		d := read(t, "d", form.form())
		var got []string
		for _, r := range d.References() {
			got = append(got, shown(r))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q on %s:\n got %q\nwant %q", c.text, c.date, got, c.want)
		}
	}
}
