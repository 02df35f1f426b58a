/** What shells read once: a function each that asks `viv` at every Tab, so that names and options are always the present ones. */

/** The shells, and the line that a person puts into their settings. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * The answer of `viv completion words`: a line `files` or `words`, then a candidate a line. Words with spaces are quoted
 * for bash here; the other shells do it themselves.
 */
const BASH = `# Completion of viv for bash. In ~/.bashrc: eval "$(viv completion bash)"
_viv() {
  local IFS=$'\\n' kind line quoted
  local -a found words
  words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  # Bash divides words at colons and equals signs; quotes of a word that is being typed are not part of it.
  local current=\${words[\${#words[@]}-1]-}
  current=\${current#[\\"\\']}
  if ((\${#words[@]})); then words[\${#words[@]}-1]=$current; fi
  mapfile -t found < <("\${COMP_WORDS[0]}" completion words -- "\${words[@]}" 2>/dev/null)
  kind=\${found[0]-}
  COMPREPLY=()
  for line in "\${found[@]:1}"; do
    printf -v quoted %q "$line"
    COMPREPLY+=("$quoted")
    [[ $line == *: ]] && compopt -o nospace
  done
  if [[ $kind == files ]]; then
    compopt -o filenames 2>/dev/null
    while read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
  fi
}
complete -F _viv viv
`;
const ZSH = `#compdef viv
# Completion of viv for zsh. In ~/.zshrc, after compinit: eval "$(viv completion zsh)"
_viv() {
  local -a found
  found=("\${(@f)$("\${words[1]}" completion words -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ \${found[1]} == files ]]; then _files; fi
  if ((\${#found} > 1)); then compadd -Q -- "\${(@q)found[2,-1]}"; fi
}
compdef _viv viv
`;
const FISH = `# Completion of viv for fish. In ~/.config/fish/config.fish: viv completion fish | source
function __viv_words
  set -l words (commandline -opc)[2..-1] (commandline -ct)
  set -l found (viv completion words -- $words 2>/dev/null)
  if test "$found[1]" = files
    __fish_complete_path (commandline -ct)
  end
  if test (count $found) -gt 1
    printf '%s\\n' $found[2..-1]
  end
end
complete -c viv -f -a '(__viv_words)'
`;

export const completionScript = (shell: Shell): string => ({ bash: BASH, zsh: ZSH, fish: FISH })[shell];
