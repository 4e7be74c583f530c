// SPDX-License-Identifier: Apache-2.0

// Mutations: a document, some operators applied to it, and the text that comes of it. The same seed and number give
// the same text. Operators on parts of a document of any kind stand here, those on certain fields in
// mutate_fields.go, those on the text in mutate_text.go.

package main

import (
	"reflect"
	"slices"
	"strings"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
)

// mutation is what operators work on.
type mutation struct {
	dice
	seeds []seed
	from  string // its document
	doc   *node  // nil when the document is taken as it was written
	form  form
	done  []string // names of operators
	lines []string // of the text, while operators on text work on it
}

// operator changes something; false says that it found nothing to change.
type operator struct {
	name   string
	weight int
	apply  func(m *mutation) bool
}

var partOperators = []operator{
	{"member deleted", 60, deleteMember},
	{"member doubled", 40, doubleMember},
	{"key misspelt", 40, misspell},
	{"key in another case", 25, changeCase},
	{"unknown member", 20, addUnknown},
	{"known member", 120, addKnown},
	{"member moved", 15, moveMember},
	{"value of another kind", 40, otherKind},
	{"value null", 15, func(m *mutation) bool { return m.replace(&node{}) }},
	{"value empty", 30, empty},
	{"integer at an edge", 40, func(m *mutation) bool {
		return m.change(func(s site) bool { return s.is(reflect.Int32) || s.is(reflect.Int64) },
			func(s site) *node { return &node{kind: number, text: oneOf(m.dice, integers...)} })
	}},
	{"string at an edge", 60, func(m *mutation) bool {
		return m.change(func(s site) bool { return s.is(reflect.String) && s.node.kind == text },
			func(s site) *node { return textNode(m.word(s.name)) })
	}},
	{"quantity", 40, quantity},
	{"time", 15, setTime},
	{"item repeated", 30, repeatItem},
	{"item deleted", 20, deleteItem},
	{"items swapped", 10, swapItems},
	{"part of another manifest", 30, splice},
}

// draw makes mutation number i of a seed.
func draw(seeds []seed, seed uint64, i int) *mutation {
	d := roll(seed, i)
	from := &seeds[d.IntN(len(seeds))]
	m := &mutation{dice: d, seeds: seeds, from: from.name}
	if d.chance(0.12) && !utilyaml.IsJSONBuffer(from.text) { // lines of JSON are hardly ever JSON
		m.lines = strings.SplitAfter(string(from.text), "\n")
		m.many(textOperators, oneOf(d, 0, 1, 1, 1, 2, 3))
		return m
	}
	m.doc = from.tree.clone()
	if d.chance(0.8) {
		m.doc.set("apiVersion", "apps/v1")
	}
	m.chooseForm()
	m.many(slices.Concat(partOperators, fieldOperators), oneOf(d, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 4, 6))
	if !m.form.json {
		m.many(styleOperators, oneOf(d, 0, 0, 1, 2, 4))
		if d.chance(0.08) && m.form.before+m.form.behind == "" { // a slip there makes several documents
			m.lines = strings.SplitAfter(string(write(m.doc, m.form)), "\n")
			m.doc = nil
			m.many(textOperators, oneOf(d, 1, 1, 2))
		}
	}
	return m
}

// text is what both sides are asked about.
func (m *mutation) text() []byte {
	if m.doc == nil {
		return []byte(strings.Join(m.lines, ""))
	}
	return write(m.doc, m.form)
}

func (m *mutation) chooseForm() {
	m.form = form{json: m.chance(0.35), pretty: m.chance(0.5), step: oneOf(m.dice, 2, 2, 2, 1, 4)}
}

// many applies operators by weight until that many have changed something.
func (m *mutation) many(of []operator, count int) {
	sum := 0
	for _, o := range of {
		sum += o.weight
	}
	for tries := 0; count > 0 && tries < 50; tries++ {
		at := m.IntN(sum)
		for _, o := range of {
			if at -= o.weight; at < 0 {
				if o.apply(m) {
					m.done = append(m.done, o.name)
					count--
				}
				break
			}
		}
	}
}

// find draws one of the places that fit.
func (m *mutation) find(fits func(site) bool) (site, bool) {
	all := slices.DeleteFunc(sites(m.doc, rootType), func(s site) bool { return !fits(s) })
	if len(all) == 0 {
		return site{}, false
	}
	return all[m.IntN(len(all))], true
}

// change puts a new value in one of the places that fit.
func (m *mutation) change(fits func(site) bool, value func(site) *node) bool {
	s, found := m.find(fits)
	if found {
		s.node.become(value(s))
	}
	return found
}

func (m *mutation) replace(value *node) bool {
	return m.change(func(s site) bool { return s.parent != nil }, func(site) *node { return value })
}

func isMember(s site) bool { return s.isMember() }

func deleteMember(m *mutation) bool {
	s, found := m.find(isMember)
	if found {
		s.parent.members = slices.Delete(s.parent.members, s.index, s.index+1)
	}
	return found
}

// doubleMember writes a key twice, with the same value or with another one.
func doubleMember(m *mutation) bool {
	s, found := m.find(isMember)
	if !found {
		return false
	}
	twin := s.parent.members[s.index]
	twin.value = twin.value.clone()
	if m.chance(0.6) && s.of != nil {
		twin.value = m.sample(s.of, s.name, 3)
	}
	at := oneOf(m.dice, 0, s.index, s.index+1, len(s.parent.members))
	s.parent.members = slices.Insert(s.parent.members, at, twin)
	return true
}

// rename changes one of the keys; a struct's are more interesting than those of labels.
func (m *mutation) rename(change func(string) string) bool {
	structs := m.chance(0.8)
	s, found := m.find(func(s site) bool { return s.isMember() && s.name != "" && (!structs || s.of != nil) })
	if !found {
		return false
	}
	key := change(s.name)
	s.parent.members[s.index].key = key
	return key != s.name
}

func misspell(m *mutation) bool {
	return m.rename(func(key string) string {
		at := m.IntN(len(key))
		switch m.IntN(4) {
		case 0:
			return key[:at] + key[at+1:]
		case 1:
			return key[:at] + key[at:at+1] + key[at:]
		case 2:
			return key[:at] + oneOf(m.dice, "a", "e", "s", "x") + key[at+1:]
		}
		if at > 0 {
			return key[:at-1] + key[at:at+1] + key[at-1:at] + key[at+1:]
		}
		return key + oneOf(m.dice, "s", " ", "_", "x")
	})
}

func changeCase(m *mutation) bool {
	return m.rename(func(key string) string {
		return oneOf(m.dice, strings.ToUpper(key[:1])+key[1:], strings.ToLower(key), strings.ToUpper(key))
	})
}

func isMapping(s site) bool { return s.node.kind == mapping }

// addUnknown adds a member that is known elsewhere, or nowhere.
func addUnknown(m *mutation) bool {
	s, found := m.find(isMapping)
	if !found {
		return false
	}
	other, _ := m.find(isMapping)
	key := oneOf(m.dice, "unknown", "replicas", "spec", "a.b", "x/y", "", "\"", "é", "templateGeneration", "name")
	if len(other.node.members) > 0 && m.chance(0.5) {
		key = other.node.members[m.IntN(len(other.node.members))].key
	}
	s.node.members = append(s.node.members, member{key: key, value: m.anyValue()})
	return true
}

// addKnown adds or replaces a field of the place's type.
func addKnown(m *mutation) bool {
	deep := m.chance(0.6) // the deepest structs are the most, a pod's own fields are few
	s, found := m.find(func(s site) bool {
		return s.node.kind == mapping && s.is(reflect.Struct) && (deep || len(fieldsOfType[bare(s.of)]) > 15)
	})
	if !found {
		return false
	}
	fields := fieldsOfType[bare(s.of)]
	field := fields[m.IntN(len(fields))]
	s.node.set(field.name, m.sample(field.of, field.name, 2))
	return true
}

// moveMember puts a member a level up, or into a sibling.
func moveMember(m *mutation) bool {
	s, found := m.find(isMember)
	if !found {
		return false
	}
	target, found := m.find(func(t site) bool {
		return t.node.kind == mapping && t.node != s.node && (t.parent == s.parent || slices.ContainsFunc(t.node.members,
			func(child member) bool { return child.value == s.parent }))
	})
	if !found || slices.ContainsFunc(sites(s.node, nil), func(t site) bool { return t.node == target.node }) {
		return false
	}
	moved := s.parent.members[s.index]
	s.parent.members = slices.Delete(s.parent.members, s.index, s.index+1)
	target.node.members = append(target.node.members, moved)
	return true
}

func (d dice) anyValue() *node {
	switch d.IntN(9) {
	case 0:
		return &node{}
	case 1:
		return boolNode(d.chance(0.5))
	case 2:
		return literal(oneOf(d, "0", "1", "-1", "1.5", "1e3", "9223372036854775807", "0.1", "99999999999999999999"))
	case 3:
		return listNode()
	case 4:
		return listNode(oneOf(d, textNode("a"), numberNode(1), object(), &node{}, listNode()))
	case 5:
		return object()
	case 6:
		return object(oneOf(d, "name", "a", "key"), oneOf[any](d, "a", 1, true, object()))
	}
	return textNode(oneOf(d, anyTexts...))
}

func otherKind(m *mutation) bool {
	return m.change(func(s site) bool { return s.parent != nil }, func(s site) *node {
		switch {
		case s.node.kind == text && m.chance(0.2):
			return listNode(s.node.clone())
		case (s.node.kind == number || s.node.kind == boolean) && m.chance(0.5):
			return textNode(s.node.text)
		case s.node.kind == list && len(s.node.items) > 0 && m.chance(0.5):
			return s.node.items[0]
		}
		return m.anyValue()
	})
}

func empty(m *mutation) bool {
	return m.change(func(s site) bool { return s.parent != nil && s.node.size()+len(s.node.text) > 1 },
		func(s site) *node {
			switch s.node.kind {
			case list:
				return oneOf(m.dice, listNode(), listNode(), listNode(&node{}), listNode(object()))
			case mapping:
				return object()
			case number:
				return numberNode(0)
			case boolean:
				return boolNode(false)
			}
			return textNode("")
		})
}

// quantity changes one, or gives a container some.
func quantity(m *mutation) bool {
	if m.chance(0.5) && m.change(func(s site) bool { return bare(s.of) == quantityType },
		func(site) *node { return m.quantity() }) {
		return true
	}
	s, found := m.find(func(s site) bool {
		return s.node.kind == mapping && slices.ContainsFunc(fieldsOfType[bareOrVoid(s.of)], func(f fieldType) bool {
			return f.name == "resources"
		})
	})
	if found {
		s.node.need("resources").need(oneOf(m.dice, "limits", "requests")).set(m.mapKey("limits"), m.quantity())
	}
	return found
}

// bareOrVoid is a type without fields where there is none.
func bareOrVoid(t reflect.Type) reflect.Type {
	if t = bare(t); t == nil {
		return reflect.TypeFor[int]()
	}
	return t
}

func setTime(m *mutation) bool {
	where := oneOf(m.dice, m.doc, m.doc, m.doc.need("spec").need("template"))
	when := textNode(oneOf(m.dice, times...))
	if m.chance(0.1) {
		when = m.anyValue()
	}
	switch meta := where.need("metadata"); m.IntN(4) {
	case 0:
		meta.set("deletionTimestamp", when)
	case 1:
		meta.set("managedFields", listNode(object("manager", "a", "operation", "Update", "time", when, "fieldsType",
			"FieldsV1",
			"fieldsV1", object("f:a", object()))))
	default:
		meta.set("creationTimestamp", when)
	}
	return true
}

func isItem(s site) bool { return s.parent != nil && s.parent.kind == list }

func repeatItem(m *mutation) bool {
	s, found := m.find(isItem)
	if found {
		s.parent.items = append(s.parent.items, s.node.clone())
	}
	return found
}

func deleteItem(m *mutation) bool {
	s, found := m.find(isItem)
	if found {
		s.parent.items = slices.Delete(s.parent.items, s.index, s.index+1)
	}
	return found
}

func swapItems(m *mutation) bool {
	s, found := m.find(func(s site) bool { return isItem(s) && s.index > 0 })
	if found {
		s.parent.items[s.index], s.parent.items[0] = s.parent.items[0], s.parent.items[s.index]
	}
	return found
}

// splice takes a value of the same type from another document.
func splice(m *mutation) bool {
	other := m.seeds[m.IntN(len(m.seeds))].tree
	s, found := m.find(func(s site) bool { return s.parent != nil && s.of != nil && s.node.kind >= list })
	if !found {
		return false
	}
	all := slices.DeleteFunc(sites(other, rootType), func(o site) bool { return o.of != s.of || o.name != s.name })
	if len(all) == 0 {
		return false
	}
	s.node.become(all[m.IntN(len(all))].node)
	return true
}
