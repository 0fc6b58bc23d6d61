package extract

// unsaid tells that a thing without number and date is asked for or yet to come, so
// that there is none to refer to.
func (d *doc) unsaid(first, i, kindAt int) bool {
	for j := max(first, i-around); j < i; j++ {
		switch d.word(j) {
		case "await", "awaiting", "request", "жду", "ждем", "ждём", "ожидаю", "ожидаем", "прошу", "просим", "expect", "pending":
			return true
		}
	}
	return d.faintAt(kindAt)
}

// relays tells that a sentence leads to the message that it names, which then stands
// in the document itself.
func (d *doc) relays(i, last int) bool {
	if d.at(last-1).mark != ':' && d.at(last).mark != ':' {
		return false
	}
	w := d.word(i - 1)
	return w == "following" || w == "следующее" || w == "следующую" || w == "следующий"
}

// whose says in one word to whom what is referred to belongs.
func whose(own key) string {
	switch own {
	case kMy:
		return "my"
	case kOur:
		return "our"
	}
	return "your"
}

// relationOf tells what the document does with what it refers to: "to my No. 5"
// goes on from it, "in reply to your" and a sentence that begins with what was
// received answer it, "according to your directive" carries it out.
func (d *doc) relationOf(own key, first, i, last int) string {
	for j := max(first, i-around); j < min(last, i+around); j++ {
		relation := relations[d.word(j)]
		if relation == "in_reply_to" && (own == kMy || own == kOur) {
			relation = "" // nobody replies to himself
		}
		if relation == "in_reply_to" && d.yetToCome(j, first, last) {
			return "refers_to"
		}
		if relation == "refers_to" && own == kYour && d.refersFirst(first, i) {
			return "in_reply_to"
		}
		if relation == "in_reply_to" && own == none && d.word(j-1) != "in" && d.word(j-1) != "в" && j > first {
			relation = "" // somebody else's reply
		}
		if relation != "" && (j < i || relation == "implements") {
			return relation
		}
		if (d.at(j).key == kReceived || d.acquainted(j) && j < i) && own == kYour {
			return "in_reply_to"
		}
	}
	before, word := d.at(i-1).key, d.word(i-1)
	if d.at(i-1).mark == '.' || d.at(i-1).mark == ':' {
		word = d.word(i - 2)
	}
	switch {
	case own == kYour && (word == "ref" || word == "re" || word == "reference"), own == kYour && d.refersFirst(first, i):
		return "in_reply_to"
	case own == kYour && (word == "from" || word == "из") && i == first+1: // From your letter we see
		return "in_reply_to"
	case own == kYour && word == "по" && i == first+1 && d.signAt(i+1) > i+1: // По Вашему № 5 доношу
		return "in_reply_to"
	case i > first && refers[word]:
		return "refers_to"
	case own == kMy || own == kOur:
		if (before == kTo || word == "к" || word == "на") && i-1 <= first+1 {
			return "supplements"
		}
		return "refers_to"
	case own == none && d.sendsYou(first, i):
		return "encloses"
	case own == none:
		return "refers_to"
	case word == "in" || word == "в":
		return "refers_to"
	case i > first && (word == "to" || word == "as") && i-first > 1 && d.word(i-2) == "as":
		return "refers_to"
	case i-first <= 3 || before == kTo || word == "на" || word == "on":
		return "in_reply_to"
	}
	return "refers_to"
}

// yetToCome tells that the answer with which a sentence begins will be given later:
// "Ответ на Ваше письмо будет дан …".
func (d *doc) yetToCome(j, first, last int) bool {
	if j > first+1 || d.at(j-1).key == kOf || d.word(j-1) == "in" || d.word(j-1) == "в" {
		return false
	}
	for k := j + 1; k < last; k++ {
		switch d.word(k) {
		case "будет", "дадим", "последует", "сообщим", "пришлем", "пришлём":
			return true
		case "will", "shall":
			return d.word(k+1) == "be" || d.word(k+1) == "follow" || d.word(k+1) == "give" || d.word(k+1) == "send"
		}
	}
	return false
}

// acquainted finds words for having read what came.
func (d *doc) acquainted(i int) bool {
	switch d.word(i) {
	case "familiarized", "familiarised", "acquainted", "studied", "read", "ознакомились", "ознакомился", "ознакомлены", "рассмотрели", "изучили", "прочли":
		return true
	}
	return false
}

// refersFirst tells that a sentence is the line "Ref. our No. 1 and your No. 2".
func (d *doc) refersFirst(first, i int) bool {
	if w := d.word(first); w != "ref" && w != "reference" && w != "re" {
		return false
	}
	for j := first + 1; j < i; j++ {
		if t := d.at(j); t.word() && !d.joinsNumbers(j) && t.key != kMy && t.key != kOur && t.key != kYour && d.referenceKind(j) == "" {
			return false
		}
	}
	return true
}

// sendsYou tells that a thing goes with the document: I send you a telegram.
func (d *doc) sendsYou(first, i int) bool {
	for j := max(first, i-around); j < i; j++ {
		switch d.word(j) {
		case "send", "sending", "transmit", "transmitting", "посылаю", "посылаем", "препровождаю", "препровождаем", "направляем", "forward":
			for k := j + 1; k < i; k++ {
				if w := d.word(k); w == "you" || w == "вам" || w == "herewith" {
					return true
				}
			}
		}
	}
	return false
}

// relations are the words that say it, before what is referred to; those of carrying
// out may stand behind it.
var relations = map[string]string{
	"according": "implements", "accordance": "implements", "выполнено": "implements", "выполнена": "implements", "согласно": "implements",
	"соответствии": "implements", "fulfilled": "implements", "pursuant": "implements", "исполнение": "implements", "выполнение": "implements",
	"enclose": "encloses", "enclosed": "encloses", "attached": "encloses", "attach": "encloses", "прилагаю": "encloses", "направляю": "encloses",
	"enclosure": "encloses", "приложение": "encloses", "enclosing": "encloses", "прилагается": "encloses", "forwarding": "encloses",
	"further": "supplements", "addition": "supplements", "дополнение": "supplements", "continuation": "supplements", "продолжение": "supplements",
	"развитие": "supplements", "supplementing": "supplements", "supplement": "supplements", "supplementary": "supplements", "дополняя": "supplements",
	"reply": "in_reply_to", "response": "in_reply_to", "answer": "in_reply_to", "replying": "in_reply_to", "answering": "in_reply_to", "ответ": "in_reply_to",
	"ссылкой": "refers_to", "ссылаясь": "refers_to", "referring": "refers_to", "reference": "refers_to", "refer": "refers_to", "connection": "refers_to", "связи": "refers_to",
	"отвечаем": "in_reply_to", "отвечаю": "in_reply_to", "responding": "in_reply_to",
}

// refers are the words before what is only referred to.
var refers = map[string]bool{
	"see": true, "cf": true, "см": true, "ср": true, "regarding": true, "concerning": true, "reference": true, "ref": true, "re": true, "regards": true,
	"относительно": true, "about": true, "по": true, "with": true, "из": true, "from": true, "mentioned": true,
}
