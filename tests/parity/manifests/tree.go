// SPDX-License-Identifier: Apache-2.0

// A document as a tree that can hold what texts hold and objects do not: the same key twice, an order of members, and
// scalars whose meaning depends on how they are written. write.go makes text of it.

package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
)

type kind int

const (
	null    kind = iota
	boolean      // text is "true" or "false"
	number       // text is its literal
	text         // text is its content
	raw          // text is put into YAML as it stands; a string elsewhere
	list
	mapping
)

type node struct {
	kind    kind
	text    string
	items   []*node
	members []member
	style   style
}

type member struct {
	key   string
	raw   bool // the key is put into YAML as it stands
	value *node
}

// style is how a node is written in YAML.
type style struct {
	flow   bool
	quote  byte   // ' " | > or 0: as plain as possible
	indent bool   // a list stands deeper than its key
	tag    string // "!!str"; "" = none
	anchor string // "a" is defined here
	alias  string // a node written as *a; what it stands for is in the tree as well
	after  string // a comment behind it
}

func textNode(s string) *node       { return &node{kind: text, text: s} }
func numberNode(n int) *node        { return &node{kind: number, text: strconv.Itoa(n)} }
func rawNode(s string) *node        { return &node{kind: raw, text: s} }
func boolNode(b bool) *node         { return &node{kind: boolean, text: strconv.FormatBool(b)} }
func listNode(items ...*node) *node { return &node{kind: list, items: items} }

// object is a mapping of the given keys and values in turn; a value is a node, string, int or bool.
func object(pairs ...any) *node {
	out := &node{kind: mapping}
	for i := 0; i < len(pairs); i += 2 {
		out.members = append(out.members, member{key: pairs[i].(string), value: nodeOf(pairs[i+1])})
	}
	return out
}

func nodeOf(value any) *node {
	switch v := value.(type) {
	case *node:
		return v
	case string:
		return textNode(v)
	case int:
		return numberNode(v)
	case bool:
		return boolNode(v)
	}
	return &node{}
}

// get is the last member of that name, which is the one that counts; nil when there is none.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for _, m := range slices.Backward(n.members) {
		if m.key == key {
			return m.value
		}
	}
	return nil
}

// at follows keys; nil where they lead nowhere.
func (n *node) at(keys ...string) *node {
	for _, key := range keys {
		n = n.get(key)
	}
	return n
}

// set gives a member a value; it is added when absent.
func (n *node) set(key string, value any) {
	for i := range n.members {
		if n.members[i].key == key {
			n.members[i].value = nodeOf(value)
			return
		}
	}
	n.members = append(n.members, member{key: key, value: nodeOf(value)})
}

// need is the mapping at a key; it is made when there is none.
func (n *node) need(key string) *node {
	if value := n.get(key); value != nil && value.kind == mapping {
		return value
	}
	value := object()
	n.set(key, value)
	return value
}

// needList is the list at a key; it is made when there is none.
func (n *node) needList(key string) *node {
	if value := n.get(key); value != nil && value.kind == list {
		return value
	}
	value := listNode()
	n.set(key, value)
	return value
}

func (n *node) clone() *node {
	out := *n
	out.items, out.members = slices.Clone(n.items), slices.Clone(n.members)
	for i, item := range out.items {
		out.items[i] = item.clone()
	}
	for i, m := range out.members {
		out.members[i].value = m.value.clone()
	}
	return &out
}

// become takes over another node's content.
func (n *node) become(value *node) { *n = *value.clone() }

// keepLast makes equal keys one, with the last value in the first one's place, everywhere.
func (n *node) keepLast() {
	kept := n.members[:0]
	for _, m := range n.members {
		at := slices.IndexFunc(kept, func(k member) bool { return k.key == m.key })
		if at < 0 {
			kept = append(kept, m)
		} else {
			kept[at].value = m.value
		}
	}
	n.members = kept
	for _, m := range n.members {
		m.value.keepLast()
	}
	for _, item := range n.items {
		item.keepLast()
	}
}

// size counts nodes.
func (n *node) size() int {
	sum := 1
	for _, item := range n.items {
		sum += item.size()
	}
	for _, m := range n.members {
		sum += m.value.size()
	}
	return sum
}

// parse reads JSON; members keep their order, and keys may repeat.
func parse(document []byte) (*node, error) {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	return parseValue(decoder)
}

func parseValue(decoder *json.Decoder) (*node, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case bool:
		return boolNode(v), nil
	case json.Number:
		return &node{kind: number, text: v.String()}, nil
	case string:
		return textNode(v), nil
	case json.Delim:
		out := &node{kind: list}
		if v == '{' {
			out.kind = mapping
		}
		for decoder.More() {
			var key json.Token
			if v == '{' {
				if key, err = decoder.Token(); err != nil {
					return nil, err
				}
			}
			value, err := parseValue(decoder)
			if err != nil {
				return nil, err
			}
			if v == '{' {
				out.members = append(out.members, member{key: key.(string), value: value})
			} else {
				out.items = append(out.items, value)
			}
		}
		_, err = decoder.Token()
		return out, err
	}
	return &node{}, nil
}
