// SPDX-License-Identifier: Apache-2.0

// Pod templates with the hash that Kubernetes gives them, in the form of tests/golden/hash.jsonl. The values of random ones
// are drawn field by field, whether they are valid or not. Each is sent through the encoding that controllers receive
// their objects in, as the hash depends on what reading leaves behind in private fields (G6).

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"reflect"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/kubernetes/pkg/controller"
)

var (
	words = []string{"a", "b", "name", "", "x/y", "1", "Ünïcode", "tab\t<&>\"\\ nul-free", "日本", "%d", " "}
	// Each way of holding a quantity: small and big, with its text and without, of the three formats.
	quantities = []string{"0", "1", "100m", "1500m", "1k", "5M", "1Gi", "64Mi", "1025Ki", "1536Mi", "3Pi", "2Ei", "7Ei", "8Ei",
		"1e3", "12e6", "1E", "100E", "-1", "-2Gi", "-1500m", "1n", "999999999999999999", "1000000000000000001",
		"123456789012345678901234567890", "-123456789012345678901234567890m", "1000000000000000000000",
		"0.000000001", "1.123456789123", "1100e-3", "9223372036854775807", "-9223372036854775808", "0.5Gi", "1.5Gi",
		"4611686018427387904", "18446744073709551616", "340282366920938463463374607431768211456", "1u", "1.5e9"}
	ints = []int64{0, 1, -1, 7, 30, 8080, 1<<31 - 1, -1 << 31}
)

// draw fills a value at random; about `odds` of the fields that can be absent are there.
func draw(r *rand.Rand, at reflect.Value, odds float64) {
	switch v := at.Addr().Interface().(type) {
	case *resource.Quantity:
		*v = resource.MustParse(quantities[r.IntN(len(quantities))])
		return
	case *intstr.IntOrString:
		*v = intstr.FromInt32(int32(ints[r.IntN(len(ints))]))
		if r.IntN(2) == 0 {
			*v = intstr.FromString(words[r.IntN(len(words))])
		}
		return
	case *meta.Time:
		if r.Float64() < odds {
			v.Time = time.Unix(1+r.Int64N(1<<33), 0)
		}
		return
	case *meta.FieldsV1:
		v.Raw = []byte(`{"f:a":{".":{},"f:b\u003c":{}}}`)
		return
	}
	switch at.Kind() {
	case reflect.String:
		at.SetString(words[r.IntN(len(words))])
	case reflect.Bool:
		at.SetBool(r.IntN(2) == 0)
	case reflect.Int32, reflect.Int64:
		at.SetInt(ints[r.IntN(len(ints))])
	case reflect.Pointer:
		if r.Float64() < odds {
			at.Set(reflect.New(at.Type().Elem()))
			draw(r, at.Elem(), odds)
		}
		if when, is := at.Interface().(*meta.Time); is && when.IsZero() {
			at.SetZero() // JSON cannot say it
		}
	case reflect.Slice:
		for r.Float64() < odds {
			at.Set(reflect.Append(at, reflect.Zero(at.Type().Elem())))
			draw(r, at.Index(at.Len()-1), odds)
		}
	case reflect.Map:
		for r.Float64() < odds {
			drawMember(r, at, odds)
		}
	case reflect.Struct:
		for i := range at.NumField() {
			draw(r, at.Field(i), odds)
		}
	}
}

func drawMember(r *rand.Rand, at reflect.Value, odds float64) {
	if at.IsNil() {
		at.Set(reflect.MakeMap(at.Type()))
	}
	item := reflect.New(at.Type().Elem()).Elem()
	draw(r, item, odds)
	key := words[r.IntN(len(words))] + words[r.IntN(len(words))]
	at.SetMapIndex(reflect.ValueOf(key).Convert(at.Type().Key()), item)
}

// received is a template as a controller gets it.
func received(sent *core.PodTemplateSpec) (*core.PodTemplateSpec, error) {
	bytes, err := sent.Marshal()
	if err != nil {
		return nil, err
	}
	out := &core.PodTemplateSpec{}
	return out, out.Unmarshal(bytes)
}

// settled is a template whose encoding stays the same when it is read: a stored one. A quantity may need two rounds.
func settled(template *core.PodTemplateSpec) (*core.PodTemplateSpec, error) {
	for range 9 {
		before, err := json.Marshal(template)
		if err != nil {
			return nil, err
		}
		if template, err = received(template); err != nil {
			return nil, err
		}
		after, err := json.Marshal(template)
		if err != nil {
			return nil, err
		}
		if bytes.Equal(before, after) {
			return template, nil
		}
	}
	return nil, fmt.Errorf("a template does not stay the same: %v", template)
}

// line is one of the file: what it has of a DaemonSet, and the hash.
type line struct {
	DaemonSet struct {
		Spec struct {
			Template *core.PodTemplateSpec `json:"template"`
		} `json:"spec"`
		Status struct {
			CollisionCount *int32 `json:"collisionCount"`
		} `json:"status"`
	} `json:"daemonSet"`
	Hash string `json:"hash"`
}

// printHashed prints a line with the template as it is stored, and its hash.
func printHashed(l *line, out *json.Encoder) error {
	template, err := settled(l.DaemonSet.Spec.Template)
	if err != nil {
		return err
	}
	l.DaemonSet.Spec.Template = template
	l.Hash = controller.ComputeHash(template, l.DaemonSet.Status.CollisionCount)
	return out.Encode(l)
}

// noZone lets this machine have no time zone. The zone is part of the hash of a template that has times, and the images
// that Kubernetes publishes have none.
func noZone() {
	none := *time.UTC // differs from time.UTC only in not being it
	time.Local = &none
}

// printRandom prints `count` lines.
func printRandom(count int, seed uint64, out *json.Encoder) error {
	noZone()
	r := rand.New(rand.NewPCG(seed, 1))
	for range count {
		l := &line{}
		l.DaemonSet.Spec.Template = &core.PodTemplateSpec{}
		draw(r, reflect.ValueOf(l.DaemonSet.Spec.Template).Elem(), []float64{0.05, 0.2, 0.4, 0.5}[r.IntN(4)])
		if r.IntN(2) == 0 {
			l.DaemonSet.Status.CollisionCount = new(int32(ints[r.IntN(len(ints))]))
		}
		if err := printHashed(l, out); err != nil {
			return err
		}
	}
	return nil
}

// printOf prints the lines of a file that have a DaemonSet, each with the hash that a controller gives it.
func printOf(file string, out *json.Encoder) error {
	noZone()
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	for lines := json.NewDecoder(in); ; {
		l := &line{}
		if err := lines.Decode(l); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if l.DaemonSet.Spec.Template == nil {
			continue
		}
		if err := printHashed(l, out); err != nil {
			return err
		}
	}
}
