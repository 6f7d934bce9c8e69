"""TensorFlow's live objects as plain data: graphs as bytes, variables as arrays. Nothing is imported; all
comes from the objects' own methods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from litewright import ConverterError

_MOST_OBJECTS = 100_000  # that are looked at to find hash tables


def check_functions(funcs: Any) -> list[Any]:
    """The functions as a list.

    Raises:
      ValueError: something else than concrete functions; the message says what to call.
    """
    functions = list(funcs)
    for function in functions:
        if not all(hasattr(function, name) for name in ("graph", "inputs", "outputs", "captured_inputs")):
            hint = (
                " To get the ConcreteFunction from a Function, call get_concrete_function."
                if hasattr(function, "get_concrete_function")
                else f" Got {type(function).__name__}."
            )
            raise ValueError("This function takes in a list of ConcreteFunction." + hint)
    return functions


def read_functions(functions: Sequence[Any], trackable_obj: Any) -> list[dict[str, Any]]:
    """What `_core.import_functions` takes, one dictionary for each function.

    Args:
      functions: concrete functions.
      trackable_obj: the object they belong to, where hash tables are looked for. With it the inputs and
        outputs are in the order of their names, as in a SavedModel; without it in the function's own.

    Raises:
      ValueError: there is no function, or two of the same name.
      ConverterError: a function captures what is no variable, table or array.
    """
    if not functions:
        raise ValueError("No ConcreteFunction is specified.")
    saved = trackable_obj is not None and not hasattr(trackable_obj, "get_concrete_function")
    saved = saved and not hasattr(trackable_obj, "captured_inputs")
    keys = ["serving_default"]
    if len(functions) > 1:
        keys = [str(function.graph.name) for function in functions]
        if len(set(keys)) != len(keys):
            raise ValueError(f"The functions should have different names, not {', '.join(keys)}.")
    tables = _tables_of([trackable_obj, *functions])
    return [
        _read(function, key, position, tables, saved or len(functions) > 1)
        for position, (function, key) in enumerate(zip(functions, keys, strict=True))
    ]


def _read(function: Any, key: str, position: int, tables: list[Any], saved: bool) -> dict[str, Any]:
    count = len(function.captured_inputs)
    captured = list(function.graph.inputs)[len(function.graph.inputs) - count :]
    arguments = [tensor for tensor in function.inputs if str(tensor.dtype.name) != "resource"]
    inner = {id(tensor) for tensor in captured}
    inputs = [(_argument_name(tensor), tensor.name) for tensor in arguments if id(tensor) not in inner]
    outputs = list(zip(_output_names(function), (tensor.name for tensor in function.outputs), strict=True))
    if saved:
        inputs.sort()
        outputs.sort()
    call = "StatefulPartitionedCall" + (f"_{position}" if position else "")
    read: dict[str, Any] = {
        "key": key,
        "graph": function.graph.as_graph_def(add_shapes=True).SerializeToString(),
        "operators": _operator_list(function.graph),
        "inputs": [(name, ref, f"{key}_{name}:0" if saved else _node(ref)) for name, ref in inputs],
        "outputs": [
            (name, ref, f"{call}:{i}" if saved else _node(ref)) for i, (name, ref) in enumerate(outputs)
        ],
        "variables": {},
        "constants": {},
        "tables": {},
    }
    variables = list(getattr(function.graph, "variables", ())) + list(getattr(function, "variables", ()))
    for inside, outside in zip(captured, function.captured_inputs, strict=True):
        _capture(read, _node(inside.name), outside, variables, tables)
    return read


def _capture(
    read: dict[str, Any], name: str, outside: Any, variables: Iterable[Any], tables: Iterable[Any]
) -> None:
    """Puts one captured value where it belongs."""
    if str(outside.dtype.name) != "resource":
        if not callable(getattr(outside, "numpy", None)):
            raise ConverterError(f"the function captures '{name}', a tensor of another graph")
        read["constants"][name] = np.asarray(outside.numpy())
        return
    for variable in variables:
        if getattr(variable, "handle", None) is outside:
            read["variables"][name] = np.asarray(variable.numpy())
            return
    for table in tables:
        if table.resource_handle is outside:
            keys, values = table.export()
            read["tables"][name] = (np.asarray(keys.numpy()), np.asarray(values.numpy()))
            return
    raise ConverterError(
        f"the function captures the resource '{name}', whose content is not known."
        " Pass the object that holds it: from_concrete_functions(funcs, trackable_obj)"
    )


def _node(reference: str) -> str:
    return reference.split(":")[0]


def _argument_name(tensor: Any) -> str:
    """The name of an argument as a signature has it."""
    try:
        return str(tensor.op.get_attr("_user_specified_name").decode())
    except (ValueError, AttributeError):
        return _node(tensor.name)


def _output_names(function: Any) -> list[str]:
    """As signatures name results: the keys of a dictionary, else by number."""
    outputs = function.structured_outputs
    if isinstance(outputs, dict) and len(outputs) == len(function.outputs):
        return sorted(str(name) for name in outputs)
    return [f"output_{i}" for i in range(len(function.outputs))]


def _operator_list(graph: Any) -> bytes:
    """The definitions of the graph's operators: a message with one field 1 for each."""
    definitions = {}
    for operation in graph.get_operations():
        if operation.type not in definitions and hasattr(operation, "op_def"):
            definitions[operation.type] = operation.op_def.SerializeToString()
    return b"".join(b"\x0a" + _varint(len(content)) + content for content in definitions.values())


def _varint(value: int) -> bytes:
    result = bytearray()
    while value >= 128:
        result.append(value & 127 | 128)
        value >>= 7
    return bytes([*result, value])


def _tables_of(roots: Iterable[Any]) -> list[Any]:
    """The lookup tables among the objects' attributes."""
    tables: list[Any] = []
    seen: set[int] = set()
    waiting = list(roots)
    while waiting and len(seen) < _MOST_OBJECTS:
        value = waiting.pop()
        if (
            value is None
            or isinstance(value, (str, bytes, int, float, type, np.ndarray))
            or id(value) in seen
        ):
            continue
        seen.add(id(value))
        attributes = getattr(value, "__dict__", {})
        if "resource_handle" in dir(type(value)) and callable(getattr(value, "export", None)):
            tables.append(value)
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, (list, tuple)):
            waiting.extend(value)
        elif not callable(getattr(value, "__code__", None)):
            waiting.extend(attributes.values())
    return tables


def read_session(session: Any, inputs: Sequence[Any], outputs: Sequence[Any]) -> dict[str, Any]:
    """A session's graph with the values of its variables, for `_core.import_functions`."""
    graph_def = session.graph.as_graph_def(add_shapes=True)
    variables = {}
    for node in graph_def.node:
        if node.op in ("VariableV2", "Variable"):
            variables[node.name] = np.asarray(session.run(f"{node.name}:0"))
        elif node.op == "ReadVariableOp" and node.input[0] not in variables:
            variables[_node(node.input[0])] = np.asarray(session.run(f"{node.name}:0"))
    return {
        "key": "serving_default",
        "graph": graph_def.SerializeToString(),
        "operators": _operator_list(session.graph),
        "inputs": [(_node(tensor.name), tensor.name, _node(tensor.name)) for tensor in inputs],
        "outputs": [(_node(tensor.name), tensor.name, _node(tensor.name)) for tensor in outputs],
        "variables": variables,
        "constants": {},
        "tables": {},
    }
