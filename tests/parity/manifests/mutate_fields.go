// SPDX-License-Identifier: Apache-2.0

// Mutations of what the rules speak of: sections A (defaults) and B (validation), and the parts of a template that
// revision data shows.

package main

import (
	"reflect"
	"strconv"
	"strings"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
)

var fieldOperators = []operator{
	{"name or namespace", 40, nameOf},
	{"labels", 60, labels},
	{"annotations", 20, annotations},
	{"huge annotations", 5, hugeAnnotations},
	{"owner references", 40, owners},
	{"other metadata", 15, otherMetadata},
	{"selector", 60, selector},
	{"selector and labels agree", 40, agree},
	{"update strategy", 80, strategy},
	{"numbers of the spec", 30, specNumbers},
	{"restart and DNS policy", 30, policies},
	{"fields of the pod", 30, podFields},
	{"container", 60, container},
	{"ports", 70, ports},
	{"image", 60, image},
	{"tolerations", 80, tolerations},
	{"node affinity", 90, affinity},
	{"probe or handler", 50, probe},
	{"volume", 110, volume},
	{"environment", 40, environment},
	{"ephemeral container", 30, ephemeral},
	{"apiVersion or kind", 12, versionOrKind},
	{"status", 10, status},
}

func (m *mutation) meta() *node     { return m.doc.need("metadata") }
func (m *mutation) spec() *node     { return m.doc.need("spec") }
func (m *mutation) template() *node { return m.spec().need("template") }
func (m *mutation) pod() *node      { return m.template().need("spec") }

// wordFor is a string that is worth trying in a field.
func (m *mutation) wordFor(name string) *node { return textNode(m.word(name)) }

// some sets each field with some probability.
func (m *mutation) some(in *node, p float64, fields ...any) *node {
	for i := 0; i < len(fields); i += 2 {
		if m.chance(p) {
			in.set(fields[i].(string), fields[i+1])
		}
	}
	return in
}

func nameOf(m *mutation) bool {
	key := oneOf(m.dice, "name", "name", "namespace", "generateName")
	m.meta().set(key, m.wordFor(key))
	return true
}

// labelsOf is one of the maps of labels, its key included.
func (m *mutation) labelsOf() *node {
	switch m.IntN(5) {
	case 0:
		return m.meta().need("labels")
	case 1:
		return m.pod().need("nodeSelector")
	case 2:
		return m.spec().need("selector").need("matchLabels")
	}
	return m.template().need("metadata").need("labels")
}

func labels(m *mutation) bool {
	of := m.labelsOf()
	for range oneOf(m.dice, 1, 1, 2, 3) {
		if len(of.members) > 0 && m.chance(0.4) {
			at := m.IntN(len(of.members))
			of.members[at].value = textNode(oneOf(m.dice, labelTexts...))
		} else {
			of.set(oneOf(m.dice, labelKeys...), oneOf(m.dice, labelTexts...))
		}
	}
	return true
}

func annotations(m *mutation) bool {
	meta := oneOf(m.dice, m.meta(), m.template().need("metadata"))
	key := oneOf(m.dice, labelKeys...)
	if m.chance(0.25) {
		meta.need("annotations").set("deprecated.daemonset.template.generation",
			oneOf(m.dice, "1", "7", "007", "-1", "0", "+3", "", "x", "9223372036854775807", "9223372036854775808", " 1",
				"1.5", "0x1"))
		return true
	}
	if m.chance(0.4) { // those that mean something (B10)
		key = oneOf(m.dice, "kubernetes.io/config.mirror", "controller.kubernetes.io/pod-deletion-cost",
			"seccomp.security.alpha.kubernetes.io/pod", "container.seccomp.security.alpha.kubernetes.io/main",
			"container.apparmor.security.beta.kubernetes.io/main",
			"container.apparmor.security.beta.kubernetes.io/"+m.someName())
		m.template().need("metadata").need("annotations").set(key, oneOf(m.dice, "", "x", "runtime/default",
			"docker/default", "unconfined",
			"localhost/", "localhost/a", "localhost//a", "localhost/a/../b", "localhost/..a", "1", "-1", "+1", "01",
			"2147483648", "-0", "0"))
		return true
	}
	meta.need("annotations").set(oneOf(m.dice, key, strings.ToUpper(key)), oneOf(m.dice, anyTexts...))
	return true
}

// someName is that of a container, if it has one.
func (m *mutation) someName() string {
	if name := m.container().get("name"); name != nil {
		return name.text
	}
	return ""
}

// hugeAnnotations are about as long as allowed (B5).
func hugeAnnotations(m *mutation) bool {
	meta := oneOf(m.dice, m.meta(), m.template().need("metadata"))
	meta.set("annotations", object("a", "b", "k", strings.Repeat("v", 262144-3+oneOf(m.dice, -1, 0, 1, 1))))
	if m.chance(0.3) { // of the DaemonSet's own this one is a field, and not counted (A21)
		meta.need("annotations").set("deprecated.daemonset.template.generation", "7")
	}
	return true
}

func owners(m *mutation) bool {
	of := m.meta().needList("ownerReferences")
	for range oneOf(m.dice, 1, 1, 2) {
		owner := object()
		m.some(owner, 0.85, "apiVersion", oneOf(m.dice, "apps/v1", "v1", "", "a/b/c", "a/", "/v1", "é"), "name",
			m.wordFor("name"),
			"kind", oneOf(m.dice, "Deployment", "Event", "", "x"), "uid", m.wordFor("uid"))
		m.some(owner, 0.5, "controller", m.chance(0.8), "blockOwnerDeletion", true)
		of.items = append(of.items, owner)
	}
	return true
}

func otherMetadata(m *mutation) bool {
	m.some(oneOf(m.dice, m.meta(), m.template().need("metadata")), 0.3, "generation", m.integer(""), "resourceVersion",
		oneOf(m.dice, "", "1"), "uid", m.wordFor("uid"), "selfLink", "/x", "deletionGracePeriodSeconds", m.integer(""),
		"finalizers", listNode(m.wordFor("finalizers"), m.wordFor("finalizers")), "name", m.wordFor("name"),
		"namespace", m.wordFor("namespace"))
	return true
}

// requirement is one of a label selector or of a node selector.
func (m *mutation) requirement(field bool) *node {
	out := object()
	key := m.word("key")
	if field && m.chance(0.7) {
		key = "metadata.name"
	} else if m.chance(0.5) {
		key = "kubernetes.io/os"
	}
	values := listNode()
	for range oneOf(m.dice, 0, 1, 1, 1, 2, 3) {
		values.items = append(values.items, textNode(oneOf(m.dice, append(labelTexts, "5", "n1", "a.b")...)))
	}
	operator := m.word("operator")
	if len(values.items) == 0 && m.chance(0.5) {
		operator = "In"
	}
	return m.some(out, 0.92, "key", key, "operator", operator, "values", values)
}

func selector(m *mutation) bool {
	switch of := m.spec().need("selector"); m.IntN(8) {
	case 0:
		of.set("matchLabels", object())
		of.set("matchExpressions", listNode())
	case 1:
		m.spec().set("selector", oneOf(m.dice, object(), &node{}, object("matchLabels", object())))
	case 2:
		of.need("matchLabels").set(m.word("key"), m.wordFor("value"))
	default:
		expressions := of.needList("matchExpressions")
		for range oneOf(m.dice, 1, 1, 2) {
			expressions.items = append(expressions.items, m.requirement(false))
		}
	}
	return true
}

// agree makes an edge pass: what the template carries is what the selector wants.
func agree(m *mutation) bool {
	of := m.template().need("metadata").need("labels")
	if m.chance(0.5) {
		of.set(m.word("key"), m.wordFor("value"))
	}
	if len(of.members) == 0 {
		return false
	}
	one := of.members[m.IntN(len(of.members))]
	selector := object("matchLabels", of.clone())
	if m.chance(0.5) {
		selector = object("matchExpressions", listNode(object("key", one.key, "operator",
			oneOf(m.dice, "In", "Exists", "NotIn", "DoesNotExist"), "values", listNode(one.value.clone()))))
	}
	m.spec().set("selector", selector)
	return true
}

func strategy(m *mutation) bool {
	of := object()
	m.some(of, 0.8, "type", oneOf(m.dice, "RollingUpdate", "RollingUpdate", "OnDelete", m.word("type")))
	budget := func() *node { return literal(oneOf(m.dice, append(budgets, "0", "1", `"0%"`, `"25%"`)...)) }
	rolling := m.some(object(), 0.6, "maxUnavailable", budget(), "maxSurge", budget())
	m.some(of, 0.8, "rollingUpdate", rolling)
	m.spec().set("updateStrategy", of)
	return true
}

func specNumbers(m *mutation) bool {
	number := func() *node { return oneOf(m.dice, m.integer(""), m.integer(""), numberNode(-1)) }
	m.some(m.spec(), 0.5, "minReadySeconds", number(), "revisionHistoryLimit", number())
	m.some(m.pod(), 0.3, "terminationGracePeriodSeconds", number(), "activeDeadlineSeconds", number())
	return true
}

func policies(m *mutation) bool {
	if m.chance(0.3) { // a policy that wants name servers (B11.4)
		m.pod().set("dnsPolicy", "None")
		m.pod().set("dnsConfig", oneOf(m.dice, &node{}, object(), object("nameservers", listNode()),
			object("searches", listNode(textNode("a.example"))), object("nameservers", listNode(textNode("10.0.0.1")))))
		return true
	}
	m.some(m.pod(), 0.6, "restartPolicy", m.wordFor("restartPolicy"), "dnsPolicy", m.wordFor("dnsPolicy"))
	return true
}

func podFields(m *mutation) bool {
	m.some(m.pod(), 0.25, "nodeName", m.wordFor("nodeName"), "hostNetwork", m.chance(0.5), "schedulerName",
		m.wordFor("schedulerName"),
		"serviceAccountName", m.wordFor("serviceAccountName"), "serviceAccount", m.wordFor("serviceAccount"), "hostPID",
		m.chance(0.5),
		"shareProcessNamespace", m.chance(0.5), "securityContext", oneOf(m.dice, object(), object("runAsUser",
			m.integer("")), &node{}),
		"overhead", object("cpu", m.quantity()), "enableServiceLinks", m.chance(0.5), "hostUsers", m.chance(0.5),
		"resources", object("limits", object("cpu", m.quantity())), "priority", m.integer(""), "affinity", object())
	return true
}

// containers is one of the lists of containers, with at least one in it.
func (m *mutation) containers() *node {
	key := oneOf(m.dice, "containers", "containers", "containers", "initContainers", "initContainers")
	if m.chance(0.1) {
		key = "ephemeralContainers"
	}
	of := m.pod().needList(key)
	if len(of.items) == 0 || m.chance(0.1) {
		of.items = append(of.items, object("name", oneOf(m.dice, "extra", "init"), "image", "example.com/init"))
	}
	return of
}

// container draws one; nil when something else stands there.
func (m *mutation) container() *node {
	of := m.containers()
	out := of.items[m.IntN(len(of.items))]
	if out.kind != mapping {
		out.become(object("name", "x"))
	}
	return out
}

func container(m *mutation) bool {
	of := m.containers()
	one := of.items[m.IntN(len(of.items))]
	switch m.IntN(5) {
	case 0: // a second one of the same name, or of none
		twin := one.clone()
		if m.chance(0.3) && twin.kind == mapping {
			twin.set("name", m.wordFor("name"))
		}
		where := m.pod().needList(oneOf(m.dice, "containers", "initContainers"))
		where.items = append(where.items, twin)
	case 1:
		m.pod().set("containers", oneOf(m.dice, listNode(), &node{}, listNode(object()), listNode(object("name", "a"))))
	default:
		c := m.container()
		m.some(c, 0.4, "name", m.wordFor("name"), "imagePullPolicy", m.wordFor("imagePullPolicy"),
			"terminationMessagePolicy", m.wordFor("terminationMessagePolicy"), "terminationMessagePath",
			m.wordFor("terminationMessagePath"))
		m.some(c, 0.1, "securityContext", object(), "restartPolicy", m.wordFor("restartPolicy"))
	}
	return true
}

func ports(m *mutation) bool {
	of := m.container().needList("ports")
	for range oneOf(m.dice, 1, 1, 2, 3) {
		number := oneOf(m.dice, "80", "80", "443", "0", "65535", "65536", "-1", "2147483647")
		one := m.some(object(), 0.9, "containerPort", literal(number))
		m.some(one, 0.5, "hostPort", literal(oneOf(m.dice, "80", "80", number, "0", "65536", "-1")), "protocol",
			m.wordFor("protocol"))
		m.some(one, 0.4, "name", oneOf(m.dice, "http", "http", "HTTP", "", "-a", "a--b", "1", "a234567890123456", "a_b",
			"é"),
			"hostIP", m.wordFor("hostIP"))
		of.items = append(of.items, one)
	}
	if m.chance(0.2) { // what only one port may have, twice
		twin := of.items[len(of.items)-1]
		twin.set("hostPort", 8080)
		twin.set("name", "twin")
		of.items = append(of.items, twin.clone())
	}
	if m.chance(0.4) {
		m.pod().set("hostNetwork", true)
	}
	return true
}

func image(m *mutation) bool {
	c := m.container()
	c.set("image", m.wordFor("image"))
	for i := range c.members {
		if c.members[i].key == "imagePullPolicy" {
			c.members[i].value = textNode("") // so that the default shows
		}
	}
	if m.chance(0.2) {
		volumes := m.pod().needList("volumes")
		volumes.items = append(volumes.items, object("name", "image", "image", object("reference", m.wordFor("image"))))
	}
	return true
}

func tolerations(m *mutation) bool {
	of := m.pod().needList("tolerations")
	for range oneOf(m.dice, 1, 1, 2) {
		one := m.some(object(), 0.6, "key", m.wordFor("key"), "operator",
			oneOf(m.dice, "Exists", "Equal", "Gt", "Lt", m.word("operator")), "effect", m.wordFor("effect"), "value",
			m.wordFor("value"))
		m.some(one, 0.2, "tolerationSeconds", m.integer(""))
		of.items = append(of.items, one)
	}
	return true
}

// term is one of a node selector.
func (m *mutation) term() *node {
	out := object()
	for range oneOf(m.dice, 0, 1, 1, 2) {
		field := m.chance(0.35)
		key := "matchExpressions"
		if field {
			key = "matchFields"
		}
		of := out.needList(key)
		of.items = append(of.items, m.requirement(field))
	}
	return out
}

func affinity(m *mutation) bool {
	of := m.pod().need("affinity").need("nodeAffinity")
	if m.chance(0.3) {
		preferred := of.needList("preferredDuringSchedulingIgnoredDuringExecution")
		one := object("preference", m.term())
		m.some(one, 0.9, "weight", literal(oneOf(m.dice, "1", "100", "0", "101", "-1", "50")))
		preferred.items = append(preferred.items, one)
		return true
	}
	required := of.need("requiredDuringSchedulingIgnoredDuringExecution")
	if m.chance(0.1) {
		required.set("nodeSelectorTerms", oneOf(m.dice, listNode(), &node{}, listNode(object())))
		return true
	}
	terms := required.needList("nodeSelectorTerms")
	terms.items = append(terms.items, m.term())
	return true
}

func probe(m *mutation) bool {
	c := m.container()
	handler := func() *node {
		fields := fieldsOfType[oneOf(m.dice, reflect.TypeFor[v1.LifecycleHandler](),
			reflect.TypeFor[v1.ProbeHandler]())]
		field := fields[m.IntN(len(fields))]
		return object(field.name, m.sample(field.of, field.name, 3))
	}
	if m.chance(0.3) {
		c.need("lifecycle").set(oneOf(m.dice, "postStart", "preStop"), handler())
		return true
	}
	one := oneOf(m.dice, handler(), object(), object("grpc", object("port", 80)), object("httpGet", object("port",
		"http")))
	m.some(one, 0.2, "timeoutSeconds", m.integer(""), "periodSeconds", m.integer(""), "successThreshold", m.integer(""),
		"failureThreshold", m.integer(""), "initialDelaySeconds", m.integer(""), "terminationGracePeriodSeconds",
		m.integer(""))
	c.set(oneOf(m.dice, "livenessProbe", "readinessProbe", "startupProbe"), one)
	return true
}

// volume adds one of any kind, mostly with little in it.
func volume(m *mutation) bool {
	of, fields := m.pod().needList("volumes"), fieldsOfType[reflect.TypeFor[v1.Volume]()]
	one := m.some(object(), 0.9, "name", "v"+strconv.Itoa(m.IntN(100)))
	if m.chance(0.9) {
		field := fields[m.IntN(len(fields))]
		if m.chance(0.1) { // there is most to fill in (A14)
			field.name = oneOf(m.dice, "projected", "downwardAPI")
		}
		value := oneOf(m.dice, object(), m.sample(field.of, field.name, 3))
		if field.name == "projected" || field.name == "downwardAPI" {
			value = m.projection(field.name)
		}
		one.set(field.name, value)
	}
	of.items = append(of.items, one)
	return true
}

// projection has the defaults that lie deeper (A14).
func (m *mutation) projection(kind string) *node {
	item := object("path", "a", "fieldRef", m.some(object("fieldPath", "metadata.name"), 0.2, "apiVersion", "v1"))
	downward := m.some(object(), 0.9, "items", listNode(item))
	if m.chance(0.3) {
		item.set("resourceFieldRef", m.some(object("resource", "limits.cpu"), 0.3, "divisor", m.quantity()))
	}
	if kind == "downwardAPI" {
		return m.some(downward, 0.3, "defaultMode", m.integer(""))
	}
	token := m.some(object("path", "token"), 0.3, "expirationSeconds", m.integer(""), "audience", "a")
	source := oneOf(m.dice, object("downwardAPI", downward), object("serviceAccountToken", token), object(),
		object("secret", object()), object("configMap", object("name", "a", "optional", false)))
	return m.some(object("sources", listNode(source)), 0.3, "defaultMode", m.integer(""))
}

func environment(m *mutation) bool {
	of, t := m.container().needList("env"), reflect.TypeFor[v1.EnvVarSource]()
	one := m.some(object(), 0.9, "name", oneOf(m.dice, "A", "", "a b", "é"))
	if m.chance(0.4) {
		one.set("value", oneOf(m.dice, m.wordFor("annotations"), m.integer(""), boolNode(true), &node{}))
	} else {
		fields := fieldsOfType[t]
		field := fields[m.IntN(len(fields))]
		one.set("valueFrom", object(field.name, oneOf(m.dice, object(), m.sample(field.of, field.name, 2))))
	}
	of.items = append(of.items, one)
	return true
}

func ephemeral(m *mutation) bool {
	one := m.some(object("name", m.wordFor("name")), 0.5, "image", m.wordFor("image"), "targetContainerName",
		oneOf(m.dice, "main", "", m.someName()))
	of := m.pod().needList("ephemeralContainers")
	of.items = append(of.items, one)
	return true
}

func versionOrKind(m *mutation) bool {
	m.doc.set(oneOf(m.dice, "apiVersion", "kind"), oneOf(m.dice, textNode(oneOf(m.dice, "apps/v1", "apps/v1beta2", "v1",
		"extensions/v1beta1",
		"apps.kruise.io/v1alpha1", "", "apps/v2", "a/b/c", "/", "apps/V1", "DaemonSet", "daemonset", "Deployment",
		"Pod", "DaemonSetList", "x")),
		m.anyValue()))
	return true
}

func status(m *mutation) bool {
	m.some(m.doc.need("status"), 0.5, "collisionCount", m.integer(""), "numberReady", m.integer(""),
		"observedGeneration", m.integer(""),
		"conditions", listNode(m.sample(reflect.TypeFor[apps.DaemonSetCondition](), "conditions", 3)))
	return true
}
