// SPDX-License-Identifier: Apache-2.0

// Values that are worth trying: the edges of grammars, ranges and lists of words, by the name of their field.

package main

import (
	"reflect"
	"strings"
)

var (
	digest = strings.Repeat("0123456789abcdef", 4)

	names = []string{"agent", "a", "a.b", "a-b", "1", "x0", "", "A", "a_b", "-a", "a-", "a..b", ".a", "a.", "é", "a b",
		"a/b", "%", "\"", "a\nb", strings.Repeat("a", 63), strings.Repeat("a", 64), strings.Repeat("a", 253),
		strings.Repeat("a", 254), strings.Repeat("a.", 126) + "a", strings.Repeat("a", 64) + ".b"}
	labelKeys = []string{"app", "example.com/app", "a_b.c-D", "UPPER", "1", "", "/a", "a/", "a/b/c", "Example.com/a",
		"ex_ample/a", "-a", "a-", "é", "a b", ".", "<&>", strings.Repeat("k", 63), strings.Repeat("k", 64),
		strings.Repeat("p", 253) + "/a", strings.Repeat("p", 254) + "/a", "a/" + strings.Repeat("k", 64),
		"deprecated.daemonset.template.generation", "kubernetes.io/os",
		"container.apparmor.security.beta.kubernetes.io/main"}
	labelTexts = []string{"agent", "", "a", "A_b.C-1", "1.5", "true", "-a", "a-", "a b", "a/b", "é", "007",
		"9223372036854775808", "linux", "<&>", "a\tb", "\u2028", strings.Repeat("v", 63), strings.Repeat("v", 64)}
	images = []string{"nginx", "nginx:1.2", "nginx:latest", "nginx:LATEST", "reg:5000/x", "reg:5000/x:1",
		"reg:5000/x:latest", "", " ", "reg:5000/x@sha256:" + digest, "x:latest@sha256:" + digest,
		"x:1@sha256:" + digest, "x@sha256:" + digest, "x@sha256:ab", "x@md5:" + digest[:32],
		"x@sha512:" + digest + digest, "x@Sha256:" + digest, "x@sha256+b64:" + digest, digest, digest[:63], "Reg/UPPER",
		"UPPER/x", "UPPER.io/x:latest", "reg/UPPER", "a//b", "a/b/c/d", "/a", "a/", "a:b:c", "a:", "a@", "a:-b", "a:b ",
		"localhost/x", "localhost:80/x:latest", "[::1]:5000/x", "[::1]/x:1", "[fe80::1%25eth0]/x",
		"docker.io/library/nginx", "docker.io/nginx:latest", "index.docker.io/x", "docker.io/UPPER", "a__b/c", "a___b",
		"a--b/c", "a._b", "a_b", "a.b", "http://x/y", "é", "x:latest\n", "a:" + strings.Repeat("t", 128),
		"a:" + strings.Repeat("t", 129), strings.Repeat("n", 255), strings.Repeat("n", 256),
		"reg/" + strings.Repeat("n", 252), "-a", "a-", "a.", "1.2.3.4/x", "1.2.3.4:5/x:y@sha256:" + digest}
	quantities = []string{"0", "1", "100m", "0.1", "0.15", "0.1005", "0.0001", "1.5", "1e3", "1E3", "1e-3", "1e+3",
		"1k", "1K", "1Ki", "1024Mi", "1000m", "1500m", "1.0", "1.000", "01", "+1", "-1", "-0", "-1.5Gi", "1u", "1n",
		"1000u", "1500000n", "999n", "1e18", "1E", "1Ei", "8Ei", "16Ei", "9223372036854775807", "9223372036854775808",
		"99999999999999999999", "1e30", "1e-30", "1e99", ".5", "5.", ".", "", " 1", "1 ", "1.1.1", "1ki", "1M", "1G",
		"1T", "1P", "1.5P", "1000Ki", "1536Ki", "0.5Ki", "0.0001Ki", "1.5Gi", "2.5E", "0x10", "1_000", "--1", "1e",
		"12345678901234567890123456789m", "0.123456789Gi", "1000000000000000000000n", "Ki", "m", "1mi", "é", "1e3m",
		"1E2Ki", "1023Mi", "3.14159", "100000000000000000k", "0.00", "0e5", "-0.0001"}
	times = []string{"2024-01-01T00:00:00Z", "2024-01-01T00:00:00+01:00", "2024-01-01T00:00:00.123456Z",
		"2024-02-29T23:59:59Z", "2024-01-01", "2024-01-01T24:00:00Z", "2023-02-29T00:00:00Z", "",
		"0001-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
		"10000-01-01T00:00:00Z", "2024-01-01t00:00:00z", "2024-01-01T00:00:00,5Z", "2024-01-01 00:00:00Z",
		"1969-12-31T23:59:59Z", "2024-01-01T00:00:60Z", "2024-01-01T00:00:00-00:00", "2024-01-01T00:00:00+24:00",
		"2024-1-1T00:00:00Z", "2024-01-01T0:00:00Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.9999999999Z", "now"}
	anyTexts = []string{"", "a", "value", "0", "1", "true", "null", "~", "<&>", "\u2028", "\u0001\t\r\n\"\\/", "é", "😀",
		"a: b", "- a", "#", "\x7f", " a ", "a\n\nb\n", "a\nb\n", "\u0085"}
	// integers are literals: JSON may write a number in ways that Go's integers do not read.
	integers = []string{"0", "1", "-1", "2", "10", "100", "65535", "65536", "2147483647", "2147483648", "-2147483648",
		"-2147483649", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "18446744073709551615",
		"99999999999999999999", "1.5", "1.0", "1e3", "1E2", "-0", "0.0", "1e400"}
	budgets = []string{"0", "1", "5", "100", "-1", "2147483647", "2147483648", "1.5", "1.0", "1e3", "-0", "true",
		`"0%"`, `"1%"`, `"10%"`, `"100%"`, `"101%"`, `"5"`, `"0"`, `"-5%"`, `"1.5%"`, `""`, `"%"`, `"x"`, `"007%"`,
		`" 5%"`, `"+5%"`, `"5 %"`,
		`"99999999999999999999%"`, `"99999999999999999999"`, `"9223372036854775807"`, `"5%%"`}
)

// textsOf are words for the strings of a field; the others get anyTexts and some of these.
var textsOf = map[string][]string{
	"name": names, "namespace": names, "generateName": append([]string{"agent-", "a.-", "-"}, names...),
	"nodeName": names,
	"image":    images, "reference": images, "key": labelKeys, "topologyKey": labelKeys, "value": labelTexts,
	"values": labelTexts,
	"labels": labelTexts, "matchLabels": labelTexts, "nodeSelector": labelTexts, "annotations": anyTexts,
	"imagePullPolicy":          {"Always", "IfNotPresent", "Never", "always", "", "Odd"},
	"pullPolicy":               {"Always", "IfNotPresent", "Never", "always", "", "Odd"},
	"restartPolicy":            {"Always", "OnFailure", "Never", "always", "", "Odd"},
	"dnsPolicy":                {"ClusterFirst", "ClusterFirstWithHostNet", "Default", "None", "default", "", "Odd"},
	"terminationMessagePolicy": {"File", "FallbackToLogsOnError", "file", "", "Odd"},
	"terminationMessagePath":   {"/dev/termination-log", "", "/x"},
	"schedulerName":            {"default-scheduler", "", "x"},
	"serviceAccountName":       {"", "agent", "other", "A"},
	"serviceAccount":           {"", "agent", "other", "A"},
	"protocol":                 {"TCP", "UDP", "SCTP", "tcp", "", "HTTP"},
	"hostIP":                   {"", "127.0.0.1", "10.0.0.1", "::1", "x"},
	"operator": {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Equal", "", "in", "exists",
		"Odd"},
	"effect": {"NoSchedule", "PreferNoSchedule", "NoExecute", "", "noschedule", "Odd"},
	"type": {"RollingUpdate", "OnDelete", "", "rollingUpdate", "Recreate", "Directory",
		"RuntimeDefault"},
	"scheme": {"HTTP", "HTTPS", "", "http"}, "path": {"/", "", "/healthz", "a/b"},
	"fieldPath":         {"metadata.name", "spec.nodeName", "status.hostIP", "", "x", "metadata.labels['a']"},
	"resource":          {"limits.cpu", "requests.memory", "", "x"},
	"apiVersion":        {"v1", "apps/v1", "", "a/b/c"},
	"kind":              {"DaemonSet", "Pod", "", "daemonset"},
	"whenUnsatisfiable": {"DoNotSchedule", "ScheduleAnyway", ""},
	"finalizers": {"example.com/a", "kubernetes", "orphan", "foregroundDeletion", "orphan", "foregroundDeletion",
		"a", "", "a/b/c", "Ex/a"},
	"uid": {"0c0d1a2e-0000-0000-0000-000000000000", "", "a"},
}

// literal is a number, boolean or quoted string as JSON writes it.
func literal(s string) *node {
	switch {
	case s == "true" || s == "false":
		return &node{kind: boolean, text: s}
	case strings.HasPrefix(s, `"`):
		return textNode(s[1 : len(s)-1])
	}
	return &node{kind: number, text: s}
}

// word is a string for a field of that name.
func (d dice) word(name string) string {
	if of, found := textsOf[name]; found && d.chance(0.9) {
		return oneOf(d, of...)
	}
	return oneOf(d, anyTexts...)
}

func (d dice) quantity() *node {
	if d.chance(0.25) {
		return literal(oneOf(d, "0", "1", "-1", "0.1", "0.15", "0.1005", "1.5", "1e3", "1e-10", "1.0", "1.10",
			"128974848", "true", "9223372036854775808", "18446744073709551615", "100000000000000000000", "1e400"))
	}
	return textNode(oneOf(d, quantities...))
}

// integer is mostly one that fits.
func (d dice) integer(name string) *node {
	if d.chance(0.5) {
		return &node{kind: number, text: oneOf(d, "0", "1", "5", "30", "80", "443", "8080", "65535")}
	}
	return &node{kind: number, text: oneOf(d, integers...)}
}

// sample makes a value for a type: small, and often zero or empty, as defaults are for these.
func (d dice) sample(t reflect.Type, name string, depth int) *node {
	t = bare(t)
	switch {
	case t == nil:
		return d.anyValue()
	case t == quantityType:
		return d.quantity()
	case t == timeType, t == microType:
		return textNode(oneOf(d, times...))
	case t == intOrString:
		return literal(oneOf(d, budgets...))
	case t == fieldsType:
		return object("f:spec", object("f:a", object()))
	}
	switch t.Kind() {
	case reflect.String:
		return textNode(d.word(name))
	case reflect.Bool:
		return boolNode(d.chance(0.5))
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return textNode(oneOf(d, "", "aGVsbG8=", "x"))
		}
		out := listNode()
		for range oneOf(d, 0, 1, 1, 1, 2) {
			out.items = append(out.items, d.sample(t.Elem(), name, depth+1))
		}
		return out
	case reflect.Map:
		out := object()
		for range oneOf(d, 0, 1, 1, 2) {
			out.set(d.mapKey(name), d.sample(t.Elem(), name, depth+1))
		}
		return out
	case reflect.Struct:
		return d.sampleStruct(t, depth)
	}
	return d.integer(name)
}

func (d dice) mapKey(name string) string {
	if name == "limits" || name == "requests" || name == "overhead" {
		return oneOf(d, "cpu", "memory", "ephemeral-storage", "hugepages-2Mi", "example.com/gpu", "odd")
	}
	return oneOf(d, labelKeys...)
}

// sampleStruct fills in some fields; a struct of alternatives (a volume, a handler) mostly gets one of them.
func (d dice) sampleStruct(t reflect.Type, depth int) *node {
	out, fields := object(), fieldsOfType[t]
	if len(fields) == 0 || d.chance(0.15) || depth > 6 {
		return out
	}
	for _, field := range fields {
		if bare(field.of).Kind() != reflect.Struct && len(fields) < 12 && d.chance(0.5) {
			out.set(field.name, d.sample(field.of, field.name, depth+1))
		}
	}
	for range oneOf(d, 1, 1, 2) {
		field := fields[d.IntN(len(fields))]
		out.set(field.name, d.sample(field.of, field.name, depth+1))
	}
	return out
}
