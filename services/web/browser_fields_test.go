package web_test

import (
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"

	fondsv1 "github.com/fonds-archive/fonds/proto/fonds/v1"
)

// card is the script for the first card of a field in the panel.
func card(field string) string {
	return fmt.Sprintf(`document.querySelector("#panel-fields [data-field=%s]")`, field)
}

// set puts a value where somebody would type or choose it.
func (p *tab) set(selector, value string) {
	p.t.Helper()
	p.do("fill "+selector, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(
		`(() => { const f = document.querySelector(%q); f.focus(); f.value = %q; f.dispatchEvent(new Event("input", {bubbles: true})); f.dispatchEvent(new Event("change", {bubbles: true})); })()`, selector, value)))
}

// button presses the one with a text, within an element.
func (p *tab) button(within, text string) {
	p.t.Helper()
	p.do("press "+text, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`[...(%s).querySelectorAll("button")].find((b) => b.textContent === %q).click()`, within, text)))
}

const (
	adding  = `document.querySelector("#panel-fields .adding")`
	verdict = adding + `.querySelector(".verdict")?.textContent`
)

// add opens the form for another field.
func (p *tab) add(field string) {
	p.t.Helper()
	p.do("add a field", chromedp.Click(chromedp.CSS("#panel-fields button.add")))
	p.set("#add-name", field)
}

// field gives what stands under a name.
func (o *office) field(document, name string) []*fondsv1.Field {
	o.t.Helper()
	d, err := o.docs.GetDocument(o.t.Context(), &fondsv1.GetDocumentRequest{Name: document})
	must(o.t, err)
	var found []*fondsv1.Field
	for _, f := range d.GetFields() {
		if f.GetName() == name {
			found = append(found, f)
		}
	}
	return found
}

// one gives the only statement under a name, which has to be a person's.
func (o *office) one(name string) *fondsv1.Field {
	o.t.Helper()
	found := o.field(o.documents["4158"], name)
	if len(found) != 1 || found[0].GetPerson() == "" {
		o.t.Fatalf("%s: %v", name, found)
	}
	return found[0]
}

// addFields states what no rule has found, with lists, parts and an agent's role.
func (o *office) addFields() {
	anna := o.anna
	anna.do("add a field", chromedp.Click(chromedp.CSS("#panel-fields button.add")))
	anna.until("the choice has the focus", `document.activeElement.id === "add-name"`)
	anna.press("Escape")
	anna.until("Escape gives it back", `document.activeElement.matches("button.add") && !`+adding)

	anna.add("processing_step")
	anna.until("it is explained", `document.querySelector("#add-means").textContent.includes("deciphered by Captain Zotov")`)
	anna.accessible("add a field")
	anna.keep("add-field-laptop-light")
	anna.set(`.adding [id$=".person"]`, "Желнов")
	anna.button(adding, "Save")
	anna.until("a part is missing", verdict+` === "Step is missing."`)
	anna.set(`.adding [id$=".at"]`, "31.02.1949")
	anna.until("its date is wrong", verdict+`.includes("has 28 days")`)
	anna.set(`.adding [id$=".at"]`, "24.03.1949 18:05")
	anna.set(`.adding [id$=".step"]`, "deciphered")
	anna.button(adding, "Save")
	anna.until("it is there", card("processing_step")+`?.textContent.includes("deciphered by Желнов, 24 March 1949, 18:05")`)
	if v := o.one("processing_step").GetValue().GetStep(); v.GetPerson() != "Желнов" || v.GetAt() != "1949-03-24T18:05" {
		o.t.Errorf("the step is %v", v)
	}
	anna.until("its card has the focus", `document.activeElement.closest("[data-field]")?.dataset.field === "processing_step"`)

	anna.add("copy_disposition")
	anna.set(`.adding [id$=".copy_numbers"]`, "3\n4\n")
	anna.set(`.adding [id$=".where"]`, "в дело")
	anna.button(adding, "Save")
	anna.until("the list is there", card("copy_disposition")+`?.textContent.includes("No. 3, 4: в дело")`)
	if v := o.one("copy_disposition").GetValue().GetDisposition(); strings.Join(v.GetCopyNumbers(), "+") != "3+4" {
		o.t.Errorf("the copies are %v", v)
	}

	anna.add("citation")
	anna.set(`.adding textarea`, "APRF, f. 45, op. 1, d. 339, ll. 31-32, 40ob")
	anna.until("the reference is read", verdict+`?.includes("45")`)
	anna.button(adding, "Save")
	anna.until("its sheets are there", card("citation")+`?.textContent.includes("ll. 31–32, 40 ob")`)
	if v := o.one("citation").GetValue().GetCitation(); len(v.GetListy()) != 2 || v.GetListy()[1].GetSide() != "ob" {
		o.t.Errorf("the reference is %v", v)
	}

	anna.add("priority")
	// What is typed in one form is not lost to a button of another field.
	anna.button(card("signatory"), "Confirm")
	anna.until("that is told", verdict+` === "Save or cancel this first." && document.activeElement.closest(".adding")`)
	anna.button(adding, "None")
	anna.until("there is none", card("priority")+`?.querySelector(".value").textContent === "none"`)
	if f := o.one("priority"); f.GetValue() != nil || f.GetRaw() != "" {
		o.t.Errorf("none is %v", f)
	}
	o.changeAgent()
	o.takeBack()
}

// changeAgent adds an addressee with a role, and gives the signatory an ID, after one that
// is none.
func (o *office) changeAgent() {
	anna := o.anna
	anna.add("addressee")
	anna.set(`.adding [id$=".as_written"]`, "СОРОКИНУ")
	anna.set(`.adding [id$=".role"]`, "intermediary")
	anna.button(adding, "Save")
	anna.until("the role is there", card("addressee")+`?.querySelector(".value").textContent === "СОРОКИНУ, intermediary"`)
	if f := o.one("addressee"); f.GetValue().GetAgent().GetRole() != "intermediary" {
		o.t.Errorf("the addressee is %v", f)
	}

	form := card("signatory") + `.querySelector("form")`
	anna.button(card("signatory"), "Change")
	anna.set(`#panel-fields [data-field=signatory] [id$=".id"]`, "person:nobody-at-all")
	anna.button(form, "Save")
	anna.until("nobody has the ID", form+`.querySelector(".verdict.wrong").textContent.includes("the authority file has no")`)
	anna.set(`#panel-fields [data-field=signatory] [id$=".id"]`, "person:stalin")
	anna.button(form, "Save")
	anna.until("it is who is meant", card("signatory")+`.textContent.includes("stated by you")`)
	v := o.one("signatory").GetValue().GetAgent()
	if v.GetId() != "person:stalin" || v.GetName() == "" || v.GetAsWritten() != "ЛУНИН" {
		o.t.Errorf("the signatory is %v", v)
	}
}

// takeBack lets the rules' word stand again.
func (o *office) takeBack() {
	anna := o.anna
	anna.button(card("signatory"), "Take back")
	anna.until("it is asked", `document.querySelector("dialog[open] h2")?.textContent === "Take back Signatory?"`)
	anna.do("take it back", chromedp.Click(chromedp.CSS(`dialog button[value="back"]`)))
	anna.until("the rule stands again", card("signatory")+`?.textContent.includes("found by the rule")`)
	anna.accessible("fields of a person")
	anna.keep("fields-stated-laptop-light")
}

// proveEarlier looks at what a person stated before the text was corrected: the proof lies
// in the reading of then, and is shown from there, for who has that one.
func (o *office) proveEarlier() {
	boris := o.boris
	if f := o.one("document_date"); len(f.GetEvidence()) != 0 {
		o.t.Fatalf("the date is %v", f)
	}
	boris.until("its proof is shown", card("document_date")+`.textContent.includes("an earlier reading") && `+card("document_date")+`.querySelector("canvas.crop")?.width > 20`)
	boris.until("what nothing proves is said to be so", card("processing_step")+`.textContent.includes("no words prove it")`)
	boris.until("it is named who states the date", card("document_date")+`.textContent.includes("stated by Анна Мельникова")`)
	boris.accessible("earlier reading")
	boris.keep("earlier-reading-laptop-light")
}
