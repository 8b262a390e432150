// The compiler's only door. Pure: text in, data out; runs wherever JavaScript does. Nothing outside src/compiler imports
// past this file.

export { ARCHES, type Arch, archLabel, archOf, auditArch, isArch, machineOf, wordBits } from "./abi/arch.ts";
export { type ArgumentConstants, argumentConstants } from "./abi/argument-constants.ts";
export { constant, errnoName } from "./abi/constants.ts";
export { showCall } from "./abi/show-call.ts";
export {
  type Arg,
  compareVersions,
  type Syscall,
  syscall,
  syscallByNr,
  syscallNames,
  TABLE_VERSION,
} from "./abi/syscalls.ts";
export { showRet } from "./bpf/action.ts";
export { showBlocks } from "./bpf/assemble.ts";
export { disassemble } from "./bpf/disassemble.ts";
export { emulate } from "./bpf/emulate.ts";
export { decode, encode } from "./bpf/encode.ts";
export * from "./bpf/instruction.ts";
export { verify } from "./bpf/verify.ts";
export { type ReadCall, readCall } from "./call.ts";
export { type Fixed, fixSource } from "./check/fix.ts";
export type { Severities } from "./check/suppress.ts";
export { type Change, upgradeChanges } from "./check/upgrade.ts";
export {
  answeringCanary,
  type CompileOptions,
  type CompileResult,
  compile,
  compileInSteps,
  type Filter,
  specialise,
} from "./compile.ts";
export type { CostOptions } from "./decision/cost.ts";
export { showDag } from "./decision/dag.ts";
export { type Slot, stages } from "./decision/generate.ts";
export {
  Bug,
  type Diagnostic,
  type Fix,
  hasErrors,
  type Severity,
  type Source,
  type Span,
} from "./diagnostics/diagnostic.ts";
export { lineStarts, position, renderDiagnostic } from "./diagnostics/frame.ts";
export { nearest } from "./diagnostics/nearest.ts";
export { RULE_PAGES } from "./diagnostics/pages.gen.ts";
export { rowFailed, rowNotDecided } from "./diagnostics/tests.ts";
export { type CodeAction, codeActions } from "./editor/code-actions.ts";
export { codeLenses, type Lens } from "./editor/code-lens.ts";
export { type Completion, completionAt, describeItem } from "./editor/completion.ts";
export type { Item, ItemKind } from "./editor/completion-items.ts";
export { type Focus, focusOn } from "./editor/focus.ts";
export { type Hover, hoverAt } from "./editor/hover.ts";
export { type InlayHint, type InlayOptions, inlayHints } from "./editor/inlay-hints.ts";
export { type Link, linksOf } from "./editor/links.ts";
export { type Fold, foldsOf, outlineOf, type Part, type PartKind, selectionAt } from "./editor/outline.ts";
export { definitionAt, highlightsAt, referencesAt, type Use } from "./editor/references.ts";
export { prepareRename, type Renaming, renameAt } from "./editor/rename.ts";
export { type SemanticToken, semanticTokens } from "./editor/semantic-tokens.ts";
export { type Signature, signatureAt } from "./editor/signature.ts";
export { createSnapshot, filtersOf, type Snapshot, type TextEdits, withResult } from "./editor/snapshot.ts";
export { TOKEN_MODIFIERS, TOKEN_TYPES } from "./editor/token-legend.ts";
export { tryCall } from "./editor/try-call.ts";
export { ARTEFACT_FORMAT, type Artefact, artefactOf, printArtefact, programOf } from "./emit/artefact.ts";
export { cSource } from "./emit/c.ts";
export { goSource } from "./emit/go.ts";
export { listing, shorten } from "./emit/listing.ts";
export { rustSource } from "./emit/rust.ts";
export { sandboxSource } from "./emit/sandbox-source.ts";
export type { Edit, Range } from "./format/edits.ts";
export { type FormatOptions, type Formatted, format } from "./format/format.ts";
export { dotOf, mermaidOf } from "./graph/dot.ts";
export { type Graph, type GraphNode, graphOf, showGraph, type Way } from "./graph/graph.ts";
export { type Page, pageOf } from "./graph/page.ts";
export { graphTable, reportBody } from "./graph/report.ts";
export { svgOf } from "./graph/svg.ts";
export { escapeMarkup } from "./graph/words.ts";
export { buildLauncher, type Launcher, ticketedCalls } from "./launch/build-launcher.ts";
export { CANARY_ERRNO, CANARY_NR } from "./launch/canary.ts";
export {
  type CellLimits,
  LIMITED_RESOURCES,
  limitsOfCell,
  type ResourceLimit,
  rlimitOf,
} from "./launch/cell-limits.ts";
export { type DecodedLauncher, decodeLauncher } from "./launch/decode-launcher.ts";
export type { LaunchOptions, Lifetime, Limit, LimitedResource } from "./launch/launch-options.ts";
export { type LauncherMessage, type ProgramEnd, readMessage, type Usage } from "./launch/messages.ts";
export { type LaunchPlan, printPlan, stageOf } from "./launch/plan.ts";
export { probeErrno, probeImage } from "./launch/probe-plan.ts";
export { NAMESPACE_STEPS, setupAdvice } from "./launch/steps.ts";
export { hasLauncher } from "./launch/target.ts";
export { retOf, showAction } from "./policy/action.ts";
export type { Cell, LimitName } from "./policy/cell.ts";
export type { Condition } from "./policy/condition.ts";
export { type Decider, type Decision, decide } from "./policy/decide.ts";
export type { AbiModel, Action, Fallback, Model, ModelRule, Origin, TicketedCall } from "./policy/model.ts";
export { printModel } from "./policy/print-model.ts";
export { casesOf } from "./prove/cases.ts";
export { type Diagram, leaves, restrict } from "./prove/diagram.ts";
export { type Comparison, type Difference, difference, differences, equal, type Witness } from "./prove/difference.ts";
export { argWord, WORD_ARCH, WORD_NR, type Word } from "./prove/layout.ts";
export { makesNoProcess } from "./prove/makes-no-process.ts";
export { compose, createLabels } from "./prove/prove.ts";
export { testText } from "./prove/quantity.ts";
export { reachesNoProcess } from "./prove/reaches-no-process.ts";
export { type Profile, readProfile } from "./stats/profile.ts";
export { type RuleCost, type Stats, statsOf } from "./stats/stats.ts";
export { parseFile } from "./syntax/parse.ts";
export { printAst } from "./syntax/print-ast.ts";
export type { Coverage, CoveredStatement } from "./testing/coverage.ts";
export type { Mutant } from "./testing/mutants.ts";
export { MUTATION_BUDGET, type Mutation } from "./testing/mutation.ts";
export type { Proof as RowProof } from "./testing/prove-rows.ts";
export type { Claim, ResolvedRow, ResolvedTest } from "./testing/resolve-tests.ts";
export { type PolicyReport, type RowReport, type TestReport, testPolicies } from "./testing/test-policies.ts";
