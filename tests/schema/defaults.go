// SPDX-License-Identifier: Apache-2.0

// Defaults are found, not typed. Every place of a DaemonSet at which a struct can stand is tried twice: with nothing
// around it, and with everything around it filled. A field that is left zero and comes back with a value has a default.
// It belongs to the table when it is the same in every place and both times; one that depends on other fields must be
// in `dependent`.

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	defaults "k8s.io/kubernetes/pkg/apis/apps/v1"
)

// dependent are the defaults that depend on other fields, with the rule that lib/defaults.c follows. Each must be seen
// to depend.
var dependent = map[string]string{
	"v1.PodSpec.ServiceAccountName":               "A7",
	"v1.PodSpec.DeprecatedServiceAccount":         "A7",
	"v1.DaemonSetUpdateStrategy.RollingUpdate":    "A3",
	"v1.RollingUpdateDaemonSet.MaxUnavailable":    "A3",
	"v1.RollingUpdateDaemonSet.MaxSurge":          "A3",
	"v1.Container.ImagePullPolicy":                "A9",
	"v1.EphemeralContainerCommon.ImagePullPolicy": "A9",
	"v1.ImageVolumeSource.PullPolicy":             "A9",
	"v1.VolumeSource.EmptyDir":                    "A13",
}

// place leads to a struct by the indices of Go fields; lists are entered at their first item.
type place []int

// in is the struct at that place. What is missing on the way is made when `make` says so.
func (p place) in(set *apps.DaemonSet, make bool) reflect.Value {
	at := reflect.ValueOf(set).Elem()
	for _, index := range p {
		at = at.Field(index)
		switch at.Kind() {
		case reflect.Pointer:
			if make && at.IsNil() {
				at.Set(reflect.New(at.Type().Elem()))
			}
			at = at.Elem()
		case reflect.Slice:
			if make && at.Len() == 0 {
				at.Set(reflect.MakeSlice(at.Type(), 1, 1))
			}
			at = at.Index(0)
		}
	}
	return at
}

// each calls `do` for every struct of a DaemonSet.
func (t *table) each(of reflect.Type, at place, do func(reflect.Type, place) error) error {
	if err := do(of, at); err != nil {
		return err
	}
	for _, f := range t.fields[of] {
		if f.kind != "STRUCT" {
			continue
		}
		if f.shape == "MAP" {
			return fmt.Errorf("%v.%s is a map of structs: defaults are not looked for there", of, f.goName)
		}
		if err := t.each(f.of, append(slices.Clone(at), f.index), do); err != nil {
			return err
		}
	}
	return nil
}

// newScheme has Kubernetes' defaulting of the apps and core groups.
func newScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	return scheme, defaults.AddToScheme(scheme)
}

// findDefaults sets the `fallback` of every field.
func (t *table) findDefaults() error {
	scheme, err := newScheme()
	if err != nil {
		return err
	}
	full := &apps.DaemonSet{}
	fill(reflect.ValueOf(full).Elem())
	seen := map[*field]bool{}
	depends := map[string]bool{}
	err = t.each(roots[0], nil, func(of reflect.Type, at place) error {
		for _, f := range t.fields[of] {
			if f.shape == "INLINE" || f.shape == "PLAIN" && f.kind == "STRUCT" {
				continue // always there: `each` goes in
			}
			alone, err := probe(scheme, &apps.DaemonSet{}, at, f)
			if err != nil {
				return err
			}
			among, err := probe(scheme, full.DeepCopy(), at, f)
			if err != nil {
				return err
			}
			if !same(alone, among) || seen[f] && !same(alone, f.fallback) {
				depends[of.String()+"."+f.goName] = true
			}
			seen[f], f.fallback = true, alone
		}
		return nil
	})
	if err != nil {
		return err
	}
	for name := range depends {
		if dependent[name] == "" {
			return fmt.Errorf("the default of %s depends on other fields: it needs code, and a line in `dependent`", name)
		}
	}
	for name := range dependent {
		if !depends[name] {
			return fmt.Errorf("the default of %s does not depend on other fields", name)
		}
	}
	t.forget(maps.Keys(dependent))
	return nil
}

// probe is what defaulting fills into a zero field, as JSON; nil when nothing.
func probe(scheme *runtime.Scheme, set *apps.DaemonSet, at place, f *field) (*string, error) {
	at.in(set, true).Field(f.index).SetZero()
	scheme.Default(set)
	after := at.in(set, false).Field(f.index)
	if after.IsZero() {
		return nil, nil
	}
	text, err := json.Marshal(after.Interface())
	return new(string(text)), err
}

func same(a, b *string) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// forget takes the defaults of the named fields out of the table.
func (t *table) forget(names func(func(string) bool)) {
	named := map[string]bool{}
	for name := range names {
		named[name] = true
	}
	for of, fields := range t.fields {
		for _, f := range fields {
			if named[of.String()+"."+f.goName] {
				f.fallback = nil
			}
		}
	}
}

// fill puts something that is not zero into every field, however deep. Lists and maps get one item.
func fill(at reflect.Value) {
	switch v := at.Addr().Interface().(type) {
	case *resource.Quantity:
		*v = resource.MustParse("1")
		return
	case *intstr.IntOrString:
		*v = intstr.FromInt32(1)
		return
	case *meta.Time:
		v.Time = time.Unix(1, 0)
		return
	case *meta.FieldsV1, *runtime.RawExtension:
		return
	}
	switch at.Kind() {
	case reflect.String:
		at.SetString("x")
	case reflect.Bool:
		at.SetBool(true)
	case reflect.Int32, reflect.Int64:
		at.SetInt(1)
	case reflect.Pointer:
		at.Set(reflect.New(at.Type().Elem()))
		fill(at.Elem())
	case reflect.Slice:
		at.Set(reflect.MakeSlice(at.Type(), 1, 1))
		fill(at.Index(0))
	case reflect.Map:
		item := reflect.New(at.Type().Elem()).Elem()
		fill(item)
		at.Set(reflect.MakeMap(at.Type()))
		at.SetMapIndex(reflect.ValueOf("x").Convert(at.Type().Key()), item)
	case reflect.Struct:
		for i := range at.NumField() {
			fill(at.Field(i))
		}
	}
}

// findRounding sets `roundUp` where a quantity of a tenth of 1/1000 comes back as 1/1000 (A12).
func (t *table) findRounding() error {
	scheme, err := newScheme()
	if err != nil {
		return err
	}
	seen := map[*field]bool{}
	return t.each(roots[0], nil, func(of reflect.Type, at place) error {
		for _, f := range t.fields[of] {
			if f.kind != "QUANTITY" {
				continue
			}
			set := &apps.DaemonSet{}
			putQuantity(at.in(set, true).Field(f.index), resource.MustParse("0.0001"))
			scheme.Default(set)
			text, err := json.Marshal(at.in(set, false).Field(f.index).Interface())
			if err != nil {
				return err
			}
			roundUp := !slices.Contains([]string{`"100u"`, `{"cpu":"100u","x":"100u"}`}, string(text))
			if roundUp && string(text) != `{"cpu":"1m","x":"1m"}` || seen[f] && roundUp != f.roundUp {
				return fmt.Errorf("%v.%s: 100u becomes %s", of, f.goName, text)
			}
			seen[f], f.roundUp = true, roundUp
		}
		return nil
	})
}

// putQuantity sets a quantity, a pointer to one, or a list of resources.
func putQuantity(at reflect.Value, quantity resource.Quantity) {
	switch at.Kind() {
	case reflect.Map:
		at.Set(reflect.ValueOf(core.ResourceList{"cpu": quantity, "x": quantity}))
	case reflect.Pointer:
		at.Set(reflect.ValueOf(&quantity))
	default:
		at.Set(reflect.ValueOf(quantity))
	}
}
