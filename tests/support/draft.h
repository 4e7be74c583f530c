/* SPDX-License-Identifier: Apache-2.0 */
/*
 * draft.h: a manifest as an author would write it, and what validation says of it, so that a test is a row of a table:
 *
 *   {"B3 name is no subdomain", "name a..b", "metadata.name: Invalid value: \"a..b\": ..."}
 *
 * A draft is the DaemonSet default/agent that nobody objects to: one container main of image nginx, template and
 * selector app=agent, RollingUpdate with maxUnavailable 1. Changes are "word argument…; word argument…":
 *
 *   name x  ns x  uid x  generation 1  generateName x  resourceVersion x  created 1000  deletion 1000  grace 30
 *   label k=v  annotation k=v  finalizer x
 *   owner apiVersion kind name uid [controller|controlled|-] [block|unblocked]
 *   selector app=agent & tier In a,b       "selector -" leaves it out; see world_selector()
 *   templateLabels k=v k=v (-)  templateAnnotation k=v  template x       the bytes that stand for the template
 *   container name image pull message      adds one; "containers -" takes all away
 *   init name image pull message  ephemeral name image pull message target
 *   port name protocol hostIP containerPort hostPort                     of the container added last
 *   restartPolicy x  dnsPolicy x  dnsConfig 1  terminationGracePeriod -  activeDeadline 30
 *   nodeName x  hostNetwork  nodeSelector k=v
 *   affinity zone In a & @metadata.name In n | ()                        see world_terms()
 *   prefer 10 zone In a
 *   toleration key op value effect [seconds]
 *   strategy x  budget 1 20%               "budget" without amounts takes rollingUpdate away; see world_budget()
 *   minReady 1  historyLimit 1  templateGeneration 1
 *
 * In an argument '' is the empty string, %20 a byte by its two hexadecimal digits, and a*63 the letter 63 times.
 */
#ifndef DSET_TEST_DRAFT_H
#define DSET_TEST_DRAFT_H

#include "build.h"

typedef struct draft {
  dset_world world; /* its DaemonSet is the manifest's; owns all memory */
  dset_manifest manifest;
  dset_container *last;
} draft;

void draft_init(draft *d, const char *changes);
void draft_change(draft *d, const char *changes);
void draft_free(draft *d);

/* The findings of one severity (0: all), `field: text` each, one a line. The text lives as long as the draft. */
const char *draft_write(draft *d, const dset_findings *findings, int32_t severity);

/* Validates the draft, as an update when `stored` is not NULL, and compares with draft_write(). */
void draft_expect(const char *row, draft *d, draft *stored, const dset_validate_options *options, int32_t severity,
                  const char *expected);

#endif
