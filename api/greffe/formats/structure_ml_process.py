"""Processes in SDMX-ML, the same in all versions but for references."""

from __future__ import annotations

from lxml import etree

from greffe.formats.structure_ml_pen import Pen
from greffe.model.reporting import InputOutput, Process, ProcessStep, Transition


def process(pen: Pen, element: etree._Element, found: Process) -> None:
    """Steps in order, each with those inside it."""
    if not found.stub:
        for step in found.steps:
            _step(pen, element, found, step, "")


def _step(pen: Pen, parent: etree._Element, found: Process, step: ProcessStep, path: str) -> None:
    path += step.id
    urn = pen.inner_urn(found, "process", "ProcessStep", path)
    element = pen.child(parent, "ProcessStep", {"id": step.id, "urn": urn})
    pen.named(element, step)
    for name, things in (("Input", step.inputs), ("Output", step.outputs)):
        for one in things:
            _object(pen, element, name, one)
    if step.computation or step.software:
        software = {"softwarePackage": step.software} if step.software else {}
        computation = pen.child(element, "Computation", software)
        pen.texts(computation, "Description", step.computation or {"en": step.software})
    for transition in step.transitions:
        _transition(pen, element, transition)
    for inner in step.children:
        _step(pen, element, found, inner, f"{path}.")


def _object(pen: Pen, parent: etree._Element, name: str, one: InputOutput) -> None:
    element = pen.child(parent, name, {"localID": one.local_id} if one.local_id else {})
    pen.refer(pen.child(element, "ObjectReference"), one.object)


def _transition(pen: Pen, parent: etree._Element, transition: Transition) -> None:
    """Where to, and when: a condition is required, one that always holds is empty."""
    attributes = {"id": transition.id}
    if transition.local_id:
        attributes["localID"] = transition.local_id
    element = pen.child(parent, "Transition", attributes)
    pen.local(pen.child(element, "TargetStep"), transition.target)
    pen.conditions(element, "Condition", transition.conditions)
