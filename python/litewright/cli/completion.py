"""litewright completion: a script that lets a shell complete commands and options."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from litewright.cli.output import Result

SUMMARY = "Print a script that lets bash, zsh or fish complete litewright's arguments"
EXAMPLES = (
    "litewright completion bash > ~/.local/share/bash-completion/completions/litewright",
    "litewright completion fish > ~/.config/fish/completions/litewright.fish",
)
_BASH = """\
_litewright() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} words
  case "${{COMP_WORDS[1]}}" in
{cases}
    *) words="{commands}" ;;
  esac
  [ "$COMP_CWORD" = 1 ] && words="{commands}"
  [[ $word == -* ]] || words=$(compgen -W "$words" -X '-*')
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _litewright litewright
"""
_ZSH = "#compdef litewright\nautoload -U +X bashcompinit && bashcompinit\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("shell", choices=sorted(_SHELLS))


def run(arguments: argparse.Namespace) -> Result:
    """Prints the script."""
    script = _SHELLS[arguments.shell](_words())
    return Result({"shell": arguments.shell, "script": script}, [script.rstrip("\n")])


def _words() -> dict[str, list[str]]:
    """By command, its options and the words that it may start with."""
    from litewright.cli import parsers

    words: dict[str, list[str]] = {}
    for name, (_, parser) in parsers().items():
        words[name] = []
        for action in parser._actions:
            longest = [option for option in action.option_strings if option.startswith("--")]
            starts = [str(choice) for choice in action.choices or ()] if not action.option_strings else []
            words[name] += longest + starts
    return words


def _bash(words: dict[str, list[str]]) -> str:
    cases = "\n".join(f'    {name}) words="{" ".join(options)}" ;;' for name, options in words.items())
    return _BASH.format(cases=cases, commands=" ".join(words))


def _zsh(words: dict[str, list[str]]) -> str:
    return _ZSH + _bash(words)


def _fish(words: dict[str, list[str]]) -> str:
    lines = [f"complete -c litewright -n __fish_use_subcommand -f -a '{' '.join(words)}'"]
    for name, options in words.items():
        for option in options:
            argument = f"-l {option[2:]}" if option.startswith("--") else f"-a {option}"
            lines.append(f"complete -c litewright -n '__fish_seen_subcommand_from {name}' {argument}")
    return "\n".join(lines) + "\n"


_SHELLS: dict[str, Callable[[dict[str, list[str]]], str]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
