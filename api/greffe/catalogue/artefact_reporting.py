"""Reporting taxonomies and processes in a structure message."""

from __future__ import annotations

from typing import Final

from greffe.catalogue import artefact_output as out
from greffe.catalogue.artefact_output import Json
from greffe.catalogue.artefact_parts import head, localised, named, nested, once, parents_known, urns
from greffe.catalogue.tree import Node
from greffe.model.artefacts import Item, Maintainable
from greffe.model.reporting import (
    InputOutput,
    Process,
    ProcessStep,
    ReportingCategory,
    ReportingTaxonomy,
    Transition,
)

KINDS: Final = ("process", "reportingtaxonomy")
_STRUCTURES: Final = ("datastructure", "metadatastructure")
_FLOWS: Final = ("dataflow", "metadataflow")


def read(kind: str, node: Node) -> Maintainable:
    """A questionnaire or a process."""
    if kind == "process":
        return Process(**head(node, "processSteps"), steps=_steps(node))
    top = head(node, "isPartial", "reportingCategories")
    items = once(node, nested(node, "reportingCategories", _category))
    if not top["partial"]:
        parents_known(node, items)
    return ReportingTaxonomy(**top, items=items)


def _category(node: Node, parent: str) -> ReportingCategory:
    found = named(node, "reportingCategories", "structuralMetadata", "provisioningMetadata")
    structures = urns(node, "structuralMetadata", *_STRUCTURES)
    flows = urns(node, "provisioningMetadata", *_FLOWS)
    if structures and flows:
        raise node.wrong("Either structuralMetadata or provisioningMetadata is expected here.")
    return ReportingCategory(**found, parent=parent, structures=structures, flows=flows)


def _steps(node: Node) -> tuple[ProcessStep, ...]:
    found = tuple(_step(one) for one in node.entries("processSteps"))
    for one in found:
        if [other.id for other in found].count(one.id) > 1:
            raise node.wrong(f"The step {one.id!r} stands twice.")
    return found


def _step(node: Node) -> ProcessStep:
    found = named(node, "computation", "inputs", "outputs", "processSteps", "transitions")
    computation = node.child("computation")
    if computation.value is not None:
        computation.only(("description", "descriptions", "softwarePackage"), ("description",))
    return ProcessStep(
        **found,
        inputs=tuple(_put(one) for one in node.entries("inputs")),
        outputs=tuple(_put(one) for one in node.entries("outputs")),
        computation=localised(computation, "description"),
        software=computation.text_or("softwarePackage"),
        transitions=tuple(_transition(one) for one in node.entries("transitions")),
        children=_steps(node),
    )


def _put(node: Node) -> InputOutput:
    node.only(("localID", "objectReference"), ("objectReference",))
    return InputOutput(node.child("objectReference").urn(), _local_id(node))


def _transition(node: Node) -> Transition:
    node.only(("id", "localID", "condition", "conditions", "targetStep", "links"), ("id", "condition", "targetStep"))
    id_, target = node.child("id").identifier(), node.child("targetStep").text()
    return Transition(id_, target, localised(node, "condition"), _local_id(node))


def _local_id(node: Node) -> str:
    return node.child("localID").identifier() if "localID" in node else ""


def said(artefact: Maintainable) -> Json:
    """Categories or steps, nested."""
    if isinstance(artefact, Process):
        return {} if artefact.stub else out.listed("processSteps", [_step_said(artefact, s) for s in artefact.steps])
    if not isinstance(artefact, ReportingTaxonomy) or artefact.stub:
        return {}
    items = out.nested(artefact, "reportingCategories", lambda item: _category_said(artefact, item))
    return out.listed("reportingCategories", items)


def _category_said(taxonomy: ReportingTaxonomy, item: Item) -> Json:
    found = {"id": item.id, **out.named(item, taxonomy)}
    if not isinstance(item, ReportingCategory):
        return found
    if item.structures and item.flows:
        raise out.unsayable(taxonomy, f"{item.id} has both structures and flows")
    found |= out.listed("structuralMetadata", [str(urn) for urn in item.structures])
    return found | out.listed("provisioningMetadata", [str(urn) for urn in item.flows])


def _step_said(process: Process, step: ProcessStep) -> Json:
    if not step.names:
        raise out.unsayable(process, f"the step {step.id} has no name")
    if step.software and not step.computation:
        raise out.unsayable(process, f"the step {step.id} names a program and does not say what it computes")
    found: Json = {"id": step.id, **out.localised("name", step.names)}
    found |= out.localised("description", step.descriptions) | out.annotated(step.annotations)
    if step.computation:
        software = {"softwarePackage": step.software} if step.software else {}
        found["computation"] = software | out.localised("description", step.computation)
    found |= out.listed("inputs", [_put_said(one) for one in step.inputs])
    found |= out.listed("outputs", [_put_said(one) for one in step.outputs])
    found |= out.listed("transitions", [_transition_said(process, one) for one in step.transitions])
    return found | out.listed("processSteps", [_step_said(process, one) for one in step.children])


def _put_said(put: InputOutput) -> Json:
    local = {"localID": put.local_id} if put.local_id else {}
    return {**local, "objectReference": str(put.object)}


def _transition_said(process: Process, transition: Transition) -> Json:
    if not transition.conditions:
        raise out.unsayable(process, f"the transition {transition.id} has no condition")
    local = {"localID": transition.local_id} if transition.local_id else {}
    conditions = out.localised("condition", transition.conditions)
    return {"id": transition.id, **local, "targetStep": transition.target, **conditions}
