/* SPDX-License-Identifier: Apache-2.0 */
/* help.c: what `dset --help` and `dset help COMMAND` say. */
#include "dset.h"

static const char overview[] =
    "dset decides what a DaemonSet controller should do, as Kubernetes " DSET_KUBERNETES_VERSION
    " would.\n"
    "\n"
    "usage: dset plan -f FILE...      which pods to create and delete, and why\n"
    "       dset explain -f FILE...   the verdict on every node, with every reason\n"
    "       dset validate -f FILE...  what the API server would say of the DaemonSets in manifests\n"
    "       dset default -f FILE...   DaemonSets as the API server would store them\n"
    "       dset help COMMAND         what a command takes, with examples\n"
    "       dset --version | --help\n"
    "\n"
    "FILEs hold objects in any mix, as JSON or YAML, alone, in lists or in several documents. A folder stands for the\n"
    ".yaml, .yml and .json files in it, in the order of their names; - is standard input.\n"
    "\n"
    "  -f, --file FILE     read FILE; may be given again\n"
    "  -R, --recursive     go into folders inside folders\n"
    "  -o, --output FORM   what to write: see the commands\n"
    "      --validation W  unknown and duplicate fields of a manifest are errors (strict), warnings (warn) or nothing\n"
    "                      (ignore); kubectl's --validate, which is understood, too\n"
    "      --batch         answer JSON lines from standard input, or one line for each DaemonSet of the files\n"
    "      --max-bytes N   refuse files larger than this; default 67108864, for validate and default 268435456\n"
    "      --max-values N  and documents of more values than this, aliases expanded; default 1000000, 20000000\n"
    "\n"
    "exit codes: 0 done, 1 something to do or something found, 2 error\n"
    "RULE in a table, or in brackets behind a finding, is a line of RULES.md, which comes with the source.\n"
    "Colours appear on terminals only, and not when NO_COLOR is set.\n"
    "\n"
    "examples:\n"
    "  dset plan -f daemonset.yaml -f cluster/ --now 2026-03-01T12:00:00Z\n"
    "  kubectl get daemonset,node,pod,controllerrevision -A -o yaml | dset plan -f -\n"
    "  dset explain -f daemonset.yaml -f nodes.json -o json\n"
    "  dset validate -R -f manifests/\n"
    "  dset default -f daemonset.yaml -o yaml\n";

static const char plan[] =
    "usage: dset plan -f FILE... [options]\n"
    "       dset plan --batch < QUESTIONS\n"
    "\n"
    "One sync of the controller: which pods to create and delete, the status, and when to look again, each with its\n"
    "reason. FILEs hold DaemonSets, nodes, pods and controller revisions in any mix.\n"
    "\n"
    "  -o, --output FORM   table (default) or json, one line for each DaemonSet\n"
    "      --now TIME      plan for this moment, as 2026-03-01T12:00:00Z; default: the present\n"
    "      --burst N       at most N creates and N deletes; default 250\n"
    "      --manifests     with json: the whole pod of each create\n"
    "      --exit-code     exit with 1 when there is something to do\n"
    "      --batch         a line: {name, now, daemonSet, nodes, pods, controllerRevisions, options, backoff, "
    "inFlight};\n"
    "                      only daemonSet and now are required, and now not with --now\n"
    "  -f, -R, --validation, --max-bytes, --max-values: see dset --help\n"
    "\n"
    "A DaemonSet without a namespace is taken to be in \"default\"; one without a uid, as in Git, gets the one that "
    "its\n"
    "pods name, or a new one.\n"
    "\n"
    "exit codes: 0 done, 1 the plan has actions (only with --exit-code), 2 error; a batch goes on after a bad line\n"
    "\n"
    "examples:\n"
    "  dset plan -f daemonset.yaml -f cluster/ --now 2026-03-01T12:00:00Z\n"
    "  kubectl get daemonset,node,pod,controllerrevision -A -o yaml | dset plan -f -\n"
    "  dset plan --batch < questions.jsonl > answers.jsonl\n";

static const char explain[] =
    "usage: dset explain -f FILE... [options]\n"
    "       dset explain --batch < QUESTIONS\n"
    "\n"
    "Whether each node runs a pod of the DaemonSet (\"run\"), may keep one that is there (\"stay\"), or neither "
    "(\"no\"),\n"
    "and every reason why not. FILEs hold DaemonSets and nodes.\n"
    "\n"
    "  -o, --output FORM   table (default) or json, one line for each DaemonSet\n"
    "      --batch         a line: {name, daemonSet, nodes}\n"
    "  -f, -R, --validation, --max-bytes, --max-values: see dset --help\n"
    "\n"
    "exit codes: 0 done, 2 error; a batch goes on after a bad line\n"
    "\n"
    "examples:\n"
    "  dset explain -f daemonset.yaml -f nodes.json\n"
    "  kubectl get nodes -o json | dset explain -f daemonset.yaml -f - -o json\n";

static const char validate[] =
    "usage: dset validate -f FILE... [options]\n"
    "       dset validate --batch < QUESTIONS\n"
    "\n"
    "What the API server of Kubernetes " DSET_KUBERNETES_VERSION
    " would say of the DaemonSets in FILEs if they were created: fields that\n"
    "there are not, values of the wrong type, rules that are broken. And what it would accept although it is likely "
    "to\n"
    "be wrong: those are warnings. Objects of other kinds are passed over. Of the inside of containers, names, "
    "images,\n"
    "ports and policies are checked, and no more.\n"
    "\n"
    "  -o, --output FORM   text (default), json, junit or tap\n"
    "      --validation W  strict (default), warn or ignore: what unknown and duplicate fields are\n"
    "      --warnings W    on (default), off, or error: warnings count as errors\n"
    "      --silence NAMES leave these warnings out: names as in the brackets behind them, with commas between\n"
    "      --max-findings N  show at most N; default 100\n"
    "      --batch         a line: {name, document}; the answer: {name, decodeError} or {name, strictError, errors,\n"
    "                      warnings}\n"
    "  -f, -R, --max-bytes, --max-values: see dset --help\n"
    "\n"
    "exit codes: 0 nothing but warnings, 1 errors, text that is neither JSON nor YAML among them, 2 a file could not "
    "be\n"
    "read: it is missing, too large, or not UTF-8. A batch of lines goes on after a bad line.\n"
    "\n"
    "examples:\n"
    "  dset validate -f daemonset.yaml\n"
    "  dset validate -R -f manifests/ -o junit > report.xml\n"
    "  kustomize build overlays/production | dset validate -f - --warnings=error\n"
    "  dset validate -f daemonset.yaml --silence=ToleratesEverything\n";

static const char default_[] =
    "usage: dset default -f FILE... [options]\n"
    "       dset default --batch < QUESTIONS\n"
    "\n"
    "The DaemonSets in FILEs as the API server of Kubernetes " DSET_KUBERNETES_VERSION
    " would store them, with all defaults. One that it\n"
    "would refuse is not written; what is wrong with it is said on standard error.\n"
    "\n"
    "  -o, --output FORM   json (default; several DaemonSets become a List), yaml (several documents), or revision: a\n"
    "                      JSON line for each, with the hash and the data of its ControllerRevision, byte for byte\n"
    "      --validation W  strict (default), warn or ignore: what unknown and duplicate fields are\n"
    "      --warnings W    on (default), off, or error: warnings count as errors\n"
    "      --silence NAMES leave these warnings out\n"
    "      --max-findings N  show at most N; default 100\n"
    "      --batch         a line: {name, document}; the answer: {name, decodeError} or {name, daemonSet, "
    "revisionData,\n"
    "                      hash, strictError}, whether or not it would be accepted\n"
    "  -f, -R, --max-bytes, --max-values: see dset --help\n"
    "\n"
    "exit codes: 0 done, 1 the API server would refuse one, 2 a file could not be read, or there is no DaemonSet\n"
    "\n"
    "examples:\n"
    "  dset default -f daemonset.yaml -o yaml | diff daemonset.yaml -\n"
    "  dset default -f daemonset.yaml -o revision | jq -r .hash\n"
    "  dset default -R -f manifests/ --batch > stored.jsonl\n";

void help_print(int command) {
  const char *text = command == PLAN       ? plan
                     : command == EXPLAIN  ? explain
                     : command == VALIDATE ? validate
                     : command == DEFAULT  ? default_
                                           : overview;
  fputs(text, stdout);
}
