// Values of fields: how they are read, written and checked as somebody types.

// formOf tells which member of FieldValue a value is, and the member itself.
export function formOf(value) {
  const [form] = Object.keys(value || {});
  return form ? { form, content: value[form] } : { form: "", content: null };
}

const join = (parts, between = " ") => parts.filter(Boolean).join(between);

// agentWords gives a name as written, and whose it is.
function agentWords(v = {}) {
  const written = v.asWritten ? (v.bracketed ? `[${v.asWritten}]` : v.asWritten) + (v.gloss ? ` [${v.gloss}]` : "") : v.office || "";
  const known = v.name || v.id || "";
  const other = known && known.toLowerCase() !== written.toLowerCase();
  return join([written && other ? `${written} = ${known}` : written || known, v.role && v.role !== "final" ? v.role : ""], ", ");
}

const byRank = (v) => (v.person ? ` by ${join([v.rank, v.person])}` : "");
const also = (words) => (words ? `: “${words}”` : "");

// The words are those of `fonds fields` and its sheets.
const writers = {
  text: (v) => v,
  number: (v) => String(v),
  date: (v) => dateWords(v.iso, v.yearInferred) + (v.tz && v.tz !== "unstated" ? ` ${v.tz}` : ""),
  agent: agentWords,
  citation: citationWords,
  series: (v) => join([v.series && `“${v.series}”`, v.mark]),
  distribution: (v) => join([agentWords(v.recipient), v.copyNumber ? `copy No. ${v.copyNumber}` : "", v.copies > 1 ? `${v.copies} copies` : ""], ", "),
  disposition: (v) => join([(v.copyNumbers || []).length ? `No. ${v.copyNumbers.join(", ")}` : "", v.where], ": "),
  link: (v) => v.url,
  numberRange: (v) => (v.to && v.to !== v.from ? `${v.from}–${v.to}` : v.from),
  step: (v) => join([`${v.step || ""}${byRank(v)}`, v.at && dateWords(v.at), v.number && `No. ${v.number}`], ", "),
  reference: (v) => join([v.relation?.replaceAll("_", " "), v.whose, v.kind, v.number && `No. ${v.number}`, v.incomingNumber && `(in: ${v.incomingNumber})`, v.date && dateWords(v.date), v.from && `from ${v.from}`, v.to && `to ${v.to}`]),
  embedded: (v) => join([v.relation?.replaceAll("_", " "), v.from && `from ${v.from}`, v.to && `to ${v.to}`, v.date && dateWords(v.date)]) + also(join([v.first, v.last], " … ")),
  gloss: (v) => join([v.target ? `${v.target} [${v.text || ""}]` : `[${v.text || ""}]`, v.kind?.replaceAll("_", " ")], ": "),
  mention: (v) => {
    const name = v.name || v.id || "";
    const forms = (v.variants || []).filter((f) => f.toLowerCase() !== name.toLowerCase());
    return name && forms.length ? `${name} (${forms.join(", ")})` : name || forms.join(" / ");
  },
};

// write gives a value in words.
export function write(value) {
  const { form, content } = formOf(value);
  return form ? writers[form]?.(content) || JSON.stringify(content) : "none";
}

function citationWords(v) {
  const sheets = (v.listy || []).map((s) => `${s.from}${s.to && s.to !== s.from ? `–${s.to}` : ""}${s.side ? ` ${s.side}` : ""}`).join(", ");
  const parts = [["f.", v.fond], ["op.", v.opis], ["d.", v.delo], ["por.", v.por], ["dok.", v.dok], ["t.", v.tom], ["papka", v.papka], [/[-–,]/.test(sheets) ? "ll." : "l.", sheets]];
  return join([v.archive, ...parts.map(([mark, part]) => part && `${mark} ${part}`)], ", ");
}

const months = "January February March April May June July August September October November December".split(" ");
const isoForm = /^(?:(\d{4})|-)(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2}))?)?)?$/;

// dateWords writes an ISO form as people do: 13 June 1951, 19:55. A year that the words
// themselves do not have stands in brackets.
export function dateWords(iso, inferred = false) {
  const m = isoForm.exec(iso || "");
  if (!m) return iso || "";
  const [, year, month, day, hour, minute] = m;
  return join([day && String(Number(day)), month && months[month - 1], year && inferred ? `[${year}]` : year]) + (hour ? `, ${hour}:${minute}` : "");
}

// checkDate reads what was typed: {iso, words} or {problem}, with a suggestion where the
// meaning is plain.
export function checkDate(typed) {
  const text = typed.trim();
  if (!text) return { problem: "A date is needed, such as 1951-06-13." };
  const spelt = /^(\d{1,2})[./](\d{1,2})[./](\d{4})(?:[ ,T]+(\d{1,2})[:.](\d{2}))?$/.exec(text);
  if (spelt) {
    const [, d, mo, y, hh, mi] = spelt;
    const iso = `${y}-${mo.padStart(2, "0")}-${d.padStart(2, "0")}${hh ? `T${hh.padStart(2, "0")}:${mi}` : ""}`;
    const read = checkDate(iso);
    return read.problem ? read : { ...read, words: `${read.words} (written as ${iso})` };
  }
  const m = isoForm.exec(text);
  if (!m) return { problem: "Not a date: write 1951-06-13T19:55, 1951-06-13, 1951-06, 1951, or --06-13 without a year." };
  const [, year, month, day, hour, minute] = m;
  if (month && (month < 1 || month > 12)) return { problem: `There is no month ${month}.` };
  if (day && (day < 1 || day > daysOf(year, month))) return { problem: `${months[month - 1]}${year ? ` ${year}` : ""} has ${daysOf(year, month)} days.` };
  if (hour && (hour > 23 || minute > 59)) return { problem: `${hour}:${minute} is no time of the day.` };
  if (!year && !day) return { problem: "Without a year a date needs month and day, such as --06-13." };
  const weekday = year && day ? new Intl.DateTimeFormat("en-GB", { weekday: "long", timeZone: "UTC" }).format(new Date(`${year}-${month}-${day}T00:00:00Z`)) : "";
  const precision = hour ? "to the minute" : day ? "to the day" : month ? "to the month" : "to the year";
  return { iso: text, words: `${join([weekday, dateWords(text)], ", ")} — ${precision}` };
}

// A year that is not given may be one with 29 February.
const daysOf = (year, month) => new Date(Date.UTC(Number(year || 2000), Number(month), 0)).getUTCDate();
