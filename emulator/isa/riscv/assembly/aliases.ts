/**
 * Aliases: other ways to write one instruction (RISC-V Assembly Programmer's Manual, "Standard RISC-V
 * Pseudoinstructions"). One table serves both directions: the assembler expands the left side, the disassembler
 * recognises the right side, and the first line that fits wins. Capital letters stand for operands.
 */

interface Alias {
  readonly name: string;
  readonly operands: readonly string[];
  readonly target: string;
  readonly targetOperands: readonly string[];
}

const split = (text: string): [string, string[]] => {
  const [name, ...operands] = text.split(/[ ,]+/) as [string, ...string[]];
  return [name, operands];
};
const alias = (left: string, right: string): Alias => {
  const [name, operands] = split(left);
  const [target, targetOperands] = split(right);
  return { name, operands, target, targetOperands };
};

const shown: readonly Alias[] = [
  alias('nop', 'addi zero,zero,0'),
  alias('li A,B', 'addi A,zero,B'),
  alias('mv A,B', 'addi A,B,0'),
  alias('mv A,B', 'add A,zero,B'),
  alias('not A,B', 'xori A,B,-1'),
  alias('neg A,B', 'sub A,zero,B'),
  alias('negw A,B', 'subw A,zero,B'),
  alias('sext.w A,B', 'addiw A,B,0'),
  alias('zext.b A,B', 'andi A,B,255'),
  alias('zext.w A,B', 'add.uw A,B,zero'),
  alias('seqz A,B', 'sltiu A,B,1'),
  alias('snez A,B', 'sltu A,zero,B'),
  alias('sltz A,B', 'slt A,B,zero'),
  alias('sgtz A,B', 'slt A,zero,B'),
  alias('beqz A,B', 'beq A,zero,B'),
  alias('bnez A,B', 'bne A,zero,B'),
  alias('blez A,B', 'bge zero,A,B'),
  alias('bgez A,B', 'bge A,zero,B'),
  alias('bltz A,B', 'blt A,zero,B'),
  alias('bgtz A,B', 'blt zero,A,B'),
  alias('j A', 'jal zero,A'),
  alias('jal A', 'jal ra,A'),
  alias('ret', 'jalr zero,0(ra)'),
  alias('jr A', 'jalr zero,0(A)'),
  alias('jr A', 'jalr zero,A'),
  alias('jalr A', 'jalr ra,0(A)'),
  alias('jalr A', 'jalr ra,A'),
  alias('fence', 'fence iorw,iorw'),
  alias('rdcycle A', 'csrrs A,cycle,zero'),
  alias('rdtime A', 'csrrs A,time,zero'),
  alias('rdinstret A', 'csrrs A,instret,zero'),
  alias('frcsr A', 'csrrs A,fcsr,zero'),
  alias('frrm A', 'csrrs A,frm,zero'),
  alias('frflags A', 'csrrs A,fflags,zero'),
  alias('fscsr A', 'csrrw zero,fcsr,A'),
  alias('fsrm A', 'csrrw zero,frm,A'),
  alias('fsflags A', 'csrrw zero,fflags,A'),
  alias('csrr A,B', 'csrrs A,B,zero'),
  alias('csrw A,B', 'csrrw zero,A,B'),
  alias('csrs A,B', 'csrrs zero,A,B'),
  alias('csrc A,B', 'csrrc zero,A,B'),
  alias('csrwi A,B', 'csrrwi zero,A,B'),
  alias('csrsi A,B', 'csrrsi zero,A,B'),
  alias('csrci A,B', 'csrrci zero,A,B'),
  alias('sfence.vma', 'sfence.vma zero,zero'),
  alias('sfence.vma A', 'sfence.vma A,zero'),
  ...['s', 'd'].flatMap((width) => [
    alias(`fmv.${width} A,B`, `fsgnj.${width} A,B,B`),
    alias(`fneg.${width} A,B`, `fsgnjn.${width} A,B,B`),
    alias(`fabs.${width} A,B`, `fsgnjx.${width} A,B,B`),
  ]),
];

/** Understood, but never shown: the instruction itself is as readable. */
const understood: readonly Alias[] = [
  alias('bgt A,B,C', 'blt B,A,C'),
  alias('ble A,B,C', 'bge B,A,C'),
  alias('bgtu A,B,C', 'bltu B,A,C'),
  alias('bleu A,B,C', 'bgeu B,A,C'),
  alias('sgt A,B,C', 'slt A,C,B'),
  alias('jalr A,B', 'jalr A,0(B)'),
  alias('c.nop', 'c.addi zero,0'),
  ...['add', 'and', 'or', 'xor'].map((name) => alias(`${name} A,B,C`, `${name}i A,B,C`)),
  ...['sll', 'srl', 'sra'].map((name) => alias(`${name} A,B,C`, `${name}i A,B,C`)),
];

const byName = Map.groupBy([...shown, ...understood], ({ name }) => name);
const byTarget = Map.groupBy(shown, ({ target }) => target);

const fill = (template: string, values: ReadonlyMap<string, string>): string => template.replace(/[ABC]/g, (letter) => values.get(letter) ?? letter);

/** The ways to read an instruction that may be an alias, as names and operand texts; none where it is not one. */
export function expansions(name: string, operands: readonly string[]): { name: string; operands: string[] }[] {
  return (byName.get(name) ?? [])
    .filter((candidate) => candidate.operands.length === operands.length)
    .map((candidate) => {
      const values = new Map(candidate.operands.map((letter, index) => [letter, operands[index]!]));
      return { name: candidate.target, operands: candidate.targetOperands.map((template) => fill(template, values)) };
    });
}

/** The alias that stands for an instruction, or the instruction itself. */
export function aliased(name: string, operands: readonly string[]): { name: string; operands: readonly string[] } {
  for (const candidate of byTarget.get(name) ?? []) {
    const values = matched(candidate.targetOperands, operands);
    if (values) return { name: candidate.name, operands: candidate.operands.map((letter) => values.get(letter)!) };
  }
  return { name, operands };
}

/** What the letters of the templates stand for in the operands, if the rest agrees. */
function matched(templates: readonly string[], operands: readonly string[]): Map<string, string> | undefined {
  if (templates.length !== operands.length) return undefined;
  const values = new Map<string, string>();
  for (const [index, template] of templates.entries()) {
    const at = template.search(/[ABC]/);
    const operand = operands[index]!;
    if (at < 0) {
      if (operand !== template) return undefined;
      continue;
    }
    const [before, letter, after] = [template.slice(0, at), template[at]!, template.slice(at + 1)];
    if (!operand.startsWith(before) || !operand.endsWith(after)) return undefined;
    const value = operand.slice(before.length, operand.length - after.length);
    // "jalr zero,A" must not take a memory operand.
    if (value === '' || (before === '' && value.includes('(')) || (values.has(letter) && values.get(letter) !== value)) return undefined;
    values.set(letter, value);
  }
  return values;
}
