"""`agendad completion SHELL` prints a script for the shell to read; `candidates.py` answers the script at each TAB."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from agendad.cli.context import Context

_BASH: Final = """\
_agendad() {
    local IFS=$'\\n'
    COMPREPLY=($(printf '%s\\n' "${COMP_WORDS[@]:1:COMP_CWORD}" | agendad completion bash --words 2>/dev/null))
}
complete -o default -F _agendad agendad
"""

_ZSH: Final = """\
#compdef agendad
_agendad() {
    local -a found
    found=(${(f)"$(printf '%s\\n' "${(@)words[2,CURRENT]}" | agendad completion zsh --words 2>/dev/null)"})
    if (( $#found )); then
        found=("${(@)found//:/\\\\:}")
        found=("${(@)found/$'\\t'/:}")
        _describe agendad found
    else
        _files
    fi
}
if [ "$funcstack[1]" = "_agendad" ]; then
    _agendad "$@"
else
    compdef _agendad agendad
fi
"""

_FISH: Final = """\
function __agendad_words
    set -l words (commandline -opc)[2..-1] (commandline -ct)
    set -l found (printf '%s\\n' $words | agendad completion fish --words 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c agendad -f -a '(__agendad_words)'
"""

_SCRIPTS: Final = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The shell, and `--words`, with which its script asks what may stand at the cursor (the words on stdin)."""
    parser.add_argument("shell", choices=list(_SCRIPTS))
    parser.add_argument("--words", action="store_true", help=argparse.SUPPRESS)
    parser.epilog = """to use it:
  bash   eval "$(agendad completion bash)"             in ~/.bashrc
  zsh    eval "$(agendad completion zsh)"              in ~/.zshrc, after compinit
  fish   agendad completion fish | source              in ~/.config/fish/config.fish
"""


def run(args: argparse.Namespace, context: Context) -> int:
    """Prints the script, or the candidates, one a line; but for bash with a tab and the meaning."""
    if not args.words:
        context.print(_SCRIPTS[args.shell].rstrip("\n"))
        return 0
    from agendad.cli.candidates import candidates

    words = context.stdin.read().removesuffix("\n").split("\n")
    for word, meaning in candidates(words, context.config_dir):
        context.print(f"{word}\t{meaning}" if meaning and args.shell != "bash" else word)
    return 0
