package feed

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/agents"
)

// role is the role extract, to be run in rounds.
func (a *archive) role() Config {
	return Config{
		Catalog: a.Catalog, Extractor: extract.New(agents.BuiltInIndex()), Log: slog.New(slog.DiscardHandler),
		editions: &editions{}, known: &correspondents{},
	}
}

// derivedAll makes fields and links of all that waits, in rounds as the role does.
func (a *archive) derivedAll() {
	a.t.Helper()
	config := a.role()
	for range 500 {
		n, failed := config.round(context.Background())
		m, alsoFailed := config.derive(context.Background())
		if failed || alsoFailed {
			a.t.Fatal("the role failed")
		}
		if n == 0 && m == 0 {
			return
		}
	}
	a.t.Fatal("documents wait for ever")
}

// sheet is a telegram on its form, with a number in the heading above 7000.
func sheet(own int, from, to, date, text string) string {
	return fmt.Sprintf("CIPHERED TELEGRAM No. %d\n\nTo Comrade %s\n\n%s\n\n%s\n\nNo. %d\n%s\n", 7000+own, to, text, from, own, date)
}

const wells = "The wells were measured again. They hold water until June and perhaps longer, and the well at the northern gate is dry. " +
	"The people of the two villages carry water from the river, which takes half of each day. I ask you to send two pumps and a mechanic who knows them."

// question and answer are No. 61 of LUNIN, and what SOROKIN replied to it.
func question() string {
	return sheet(61, "LUNIN", "SOROKIN", "27 February 1950", "Say how much water the wells hold, how many people drink from them, and whether the two pumps that were promised have come.")
}

func answer() string { return sheet(81, "SOROKIN", "LUNIN", "2 March 1950", "To your No. 61. "+wells) }

// meant gives the title of the document that each reference of a document means, "?"
// and the number of candidates where none is told.
func (a *archive) meant(id string) []string {
	a.t.Helper()
	links, err := a.LinksOf(a.t.Context(), id)
	must(a.t, err)
	var titles []string
	for _, l := range links {
		switch {
		case l.IsReference() && l.Target == "":
			titles = append(titles, fmt.Sprintf("?%d", len(l.Candidates)))
		case l.IsReference():
			titles = append(titles, a.title(l.Target))
		}
	}
	return titles
}

func (a *archive) title(id string) string {
	a.t.Helper()
	head, err := a.Document(a.t.Context(), id, 0)
	must(a.t, err)
	return head.Revision.Title
}

func (a *archive) wantMeant(what, id string, want ...string) {
	a.t.Helper()
	a.derivedAll()
	if got := a.meant(id); !slices.Equal(got, want) {
		a.t.Errorf("%s: it refers to %v, want %v", what, got, want)
	}
}

// alike gives the titles of documents that are alike to one, by either's link.
func (a *archive) alike(id string) []string {
	a.t.Helper()
	of, to, err := a.Links(a.t.Context(), id)
	must(a.t, err)
	var titles []string
	for _, l := range slices.Concat(of, to) {
		if !l.IsReference() {
			other := l.Target
			if other == id {
				other = l.Document
			}
			titles = append(titles, a.title(other))
		}
	}
	return titles
}

func TestAReferenceWaitsForWhatItMeans(t *testing.T) {
	a := newArchive(t)
	reply := a.read("reply", answer())
	a.wantMeant("before the other came", reply.ID, "?0")
	asked := a.read("question", question())
	a.wantMeant("after", reply.ID, "question")
	_, err := a.DeleteDocument(t.Context(), asked.ID, "", "anna")
	must(t, err)
	a.wantMeant("when it was deleted", reply.ID, "?0")
	_, err = a.UndeleteDocument(t.Context(), asked.ID, "", "anna")
	must(t, err)
	a.wantMeant("when it came back", reply.ID, "question")
}

// Question, answer and two further ones come in one file after another and in one
// round; the order makes no difference.
func TestAnOrderOfArrivalMakesNoDifference(t *testing.T) {
	further := sheet(85, "SOROKIN", "LUNIN", "4 March 1950", "To my No. 81. One pump has come and works.")
	both := sheet(64, "LUNIN", "SOROKIN", "6 March 1950", "Both your telegrams (of 2 and 4 March) have been received. The mechanic leaves on Monday.")
	texts := map[string]string{"a question": question(), "b answer": answer(), "c further": further, "d both": both}
	want := map[string][]string{"b answer": {"a question"}, "c further": {"b answer"}, "d both": {"b answer", "c further"}}
	for _, order := range []string{"abcd", "dcba", "bdac", "cadb"} {
		for _, atOnce := range []bool{true, false} {
			a := newArchive(t)
			ids := map[string]string{}
			for _, letter := range order {
				for title, text := range texts {
					if strings.HasPrefix(title, string(letter)) {
						ids[title] = a.read(title, text).ID
					}
				}
				if !atOnce {
					a.derivedAll()
				}
			}
			a.derivedAll()
			for title, id := range ids {
				if got := a.meant(id); !slices.Equal(got, want[title]) {
					t.Errorf("%s, at once %v: %s refers to %q, want %q", order, atOnce, title, got, want[title])
				}
			}
		}
	}
}

// A copy takes the place of what was deleted.
func TestACopyIsMeantWhenTheOtherIsGone(t *testing.T) {
	a := newArchive(t)
	first := a.read("one file", question())
	reply := a.read("reply", answer())
	a.wantMeant("with one", reply.ID, "one file")
	second := a.read("another file", strings.ReplaceAll(question(), "\n\n", "\n \n"))
	a.wantMeant("with two", reply.ID, "one file")
	if got := a.alike(first.ID); !slices.Equal(got, []string{"another file"}) {
		t.Errorf("one file is alike to %v", got)
	}
	_, err := a.DeleteDocument(t.Context(), first.ID, "", "anna")
	must(t, err)
	a.wantMeant("without the first", reply.ID, "another file")
	if got := a.alike(second.ID); len(got) != 0 {
		t.Errorf("a deleted document is alike to %v", got)
	}
	_, err = a.UndeleteDocument(t.Context(), first.ID, "", "anna")
	must(t, err)
	a.derivedAll()
	if got := a.alike(second.ID); !slices.Equal(got, []string{"one file"}) {
		t.Errorf("when it came back another file is alike to %v", got)
	}
}

// A person corrects the number that recognition misread, and takes it back.
func TestAReferenceFollowsWhatAPersonStates(t *testing.T) {
	a := newArchive(t)
	asked := a.read("question", strings.Replace(question(), "No. 61", "No. 67", 1))
	reply := a.read("reply", answer())
	a.wantMeant("as it was read", reply.ID, "?0")
	state := func(name string, fields ...catalog.Field) {
		t.Helper()
		_, err := a.UpdateDocument(t.Context(), asked.ID, "", "anna", catalog.Change{Statements: map[string][]catalog.Field{name: fields}})
		must(t, err)
	}
	state("outgoing_number", catalog.Field{Name: "outgoing_number", Value: []byte(`"61"`), Raw: "61"})
	a.wantMeant("when it was corrected", reply.ID, "question")
	state("outgoing_number", catalog.Field{Name: "outgoing_number"}) // there is none
	a.wantMeant("when it was taken away", reply.ID, "?0")
	state("outgoing_number")
	a.wantMeant("when the rules' stands again", reply.ID, "?0")
	_, err := a.UpdateDocument(t.Context(), reply.ID, "", "anna", catalog.Change{Statements: map[string][]catalog.Field{
		"telegram_reference": {{Name: "telegram_reference", Value: []byte(`{"kind":"telegram","number":"67","whose":"your","relation":"in_reply_to"}`)}},
	}})
	must(t, err)
	a.wantMeant("when the reference was corrected", reply.ID, "question")
}

func TestReferencesFollowASplitAndAMerge(t *testing.T) {
	a := newArchive(t)
	reply := a.read("reply", answer())
	file := a.read("file", sheet(12, "GUROV", "LUNIN", "20 February 1950", "The road to the wells is open."), question())
	a.wantMeant("while it is the second page of a file", reply.ID, "?0")
	head, err := a.Document(t.Context(), file.ID, 0)
	must(t, err)
	regions := head.Revision.Regions
	parts, err := a.SplitDocument(t.Context(), file.ID, "", "anna", []catalog.Part{{Regions: regions[:1]}, {Title: "second", Regions: regions[1:]}})
	must(t, err)
	a.wantMeant("when it was split off", reply.ID, "second")
	_, err = a.MergeDocuments(t.Context(), file.ID, "", "anna", []string{parts[1].ID})
	must(t, err)
	a.wantMeant("when it was merged again", reply.ID, "?0")
}

// Two telegrams of one day are told by nobody, and what an archivist deletes of them
// tells which was meant.
func TestTwoThatFitAlikeStayOpen(t *testing.T) {
	a := newArchive(t)
	reply := a.read("reply", sheet(81, "SOROKIN", "LUNIN", "2 March 1950", "Your telegram of 27 February has been received. "+wells))
	a.read("question", question())
	a.wantMeant("with one", reply.ID, "question")
	other := a.read("other", sheet(62, "LUNIN", "SOROKIN", "27 February 1950", "The mechanic is ill. Say who else knows the pumps and could go with the train on Monday."))
	a.wantMeant("with two", reply.ID, "?2")
	_, err := a.DeleteDocument(t.Context(), other.ID, "", "anna")
	must(t, err)
	a.wantMeant("with one again", reply.ID, "question")
}

// What is asked for by many is asked for by all of them once it comes, whatever else
// was sent between the same people.
func TestManyReferToOne(t *testing.T) {
	a := newArchive(t)
	var ids []string
	for i := range 60 {
		ids = append(ids, a.read(fmt.Sprint("reply ", i), sheet(100+i, "SOROKIN", "LUNIN", "2 March 1950", fmt.Sprintf("To your No. 61. %d pumps came by train %d. %s", i, i*i, wells))).ID)
	}
	a.derivedAll()
	a.read("question", question())
	a.derivedAll()
	for _, id := range ids {
		if got := a.meant(id); !slices.Equal(got, []string{"question"}) {
			t.Errorf("%s refers to %v", a.title(id), got)
		}
	}
}

// A number that others have used sixty times hides nobody, and many copies of one
// text cost no more than some.
func TestManyAreBounded(t *testing.T) {
	a := newArchive(t)
	var texts []string
	for i := range 60 {
		texts = append(texts, sheet(61, []string{"GUROV", "ORLOV"}[i%2], "KAREV", fmt.Sprintf("%d February 1950", 1+i%28), fmt.Sprintf("Train %d brought %d wagons of coal and %d of grain on its %d. run.", i, i+3, i*7, i+1)))
	}
	a.fill("others", texts)
	a.read("question", question())
	reply := a.read("reply", answer())
	a.wantMeant("among sixty", reply.ID, "question")
	var copies []string
	for range 60 {
		copies = append(copies, answer())
	}
	a.fill("copies", copies)
	last := a.read("last", answer())
	a.derivedAll()
	links, err := a.LinksOf(t.Context(), last.ID)
	must(t, err)
	twins := 0
	for _, l := range links {
		if l.Kind == catalog.LinkCopy {
			twins++
		}
	}
	if twins != mostTwins {
		t.Errorf("the last of many copies is alike to %d", twins)
	}
	if got := a.meant(last.ID); !slices.Equal(got, []string{"question"}) {
		t.Errorf("the last copy refers to %v", got)
	}
}
