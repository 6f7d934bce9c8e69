"""The `litewright` command line: one module per command, each with SUMMARY, EXAMPLES, `add_arguments` and
`run`.

Exit codes: 0 done; 1 a file or model could not be read, converted or run; 2 the arguments make no sense; 3
the work
was done and the answer is no (--verify found a difference, two models differ, a self-test failed).
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from litewright import __version__
from litewright.cli.output import UsageError, show

__all__ = ["COMMANDS", "main", "parser", "parsers"]

COMMANDS = (
    "convert",
    "quantize",
    "inspect",
    "run",
    "evaluate",
    "bench",
    "profile",
    "diff",
    "opgen",
    "doctor",
    "demo",
    "completion",
)
_EXIT_CODES = """\
exit codes
  0  done
  1  a file or model could not be read, converted or run
  2  the arguments make no sense
  3  done, and the answer is no: a check failed or the models differ"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")


def _module(command: str) -> Any:
    return importlib.import_module(f"litewright.cli.{command}")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = _Parser(
        prog="litewright",
        description="Make, quantize, look into and run .tflite models.",
        epilog="`litewright COMMAND --help` shows examples.\n\n" + _EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"litewright {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    for name in COMMANDS:
        module = _module(name)
        command = commands.add_parser(
            name,
            help=module.SUMMARY,
            description=module.SUMMARY + ".",
            epilog="examples\n" + "\n".join(f"  {line}" for line in module.EXAMPLES) + "\n\n" + _EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        module.add_arguments(command)
        command.add_argument("--json", action="store_true", help="print JSON")
        command.set_defaults(run=module.run)
    return top


def parsers() -> dict[str, tuple[Any, argparse.ArgumentParser]]:
    """By command its module and its parser."""
    choices: Any = next(action.choices for action in parser()._actions if action.choices)
    return {name: (_module(name), choices[name]) for name in COMMANDS}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code. Errors are one line on standard error."""
    try:
        parsed = parser().parse_args(arguments)
        result = parsed.run(parsed)
        show(result, parsed.json)
        sys.stdout.flush()
        return int(result.exit_code)
    except UsageError as error:
        return _complain(error, 2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _complain("interrupted", 130)
    except (ImportError, OSError, RuntimeError, TypeError, ValueError, MemoryError) as error:
        return _complain(error, 1)


def _complain(error: object, code: int) -> int:
    print(f"litewright: {error}", file=sys.stderr)
    return code
