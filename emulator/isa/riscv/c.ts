/**
 * RV64C with the compressed forms of F and D, unprivileged manual, chapter "C Extension for Compressed
 * Instructions", tables 32 to 34. Each row stands for a full one; reserved encodings and hints with their own
 * meaning are refused here and so decode as illegal or as the next matching row.
 */
import { compressed, type RiscvRow } from './row.ts';

const zero = (name: string) => ({ refuses: (operands: Readonly<Record<string, number>>) => operands[name] === 0 });
const float = { float: true };

// Quadrants in the manual's order: 00, 01, 10.
export const rv64c: readonly RiscvRow[] = [
  compressed('c.addi4spn', "000 uimm[5:4|9:6|2|3] rd' 00",             'addi', ({ rd, uimm }) => ({ rd, rs1: 2, imm: uimm }), zero('uimm')),
  compressed('c.fld',      "001 uimm[5:3] rs1' uimm[7:6] fd' 00",      'fld',  ({ fd, rs1, uimm }) => ({ fd, rs1, imm: uimm }), float),
  compressed('c.lw',       "010 uimm[5:3] rs1' uimm[2|6] rd' 00",      'lw',   ({ rd, rs1, uimm }) => ({ rd, rs1, imm: uimm })),
  compressed('c.ld',       "011 uimm[5:3] rs1' uimm[7:6] rd' 00",      'ld',   ({ rd, rs1, uimm }) => ({ rd, rs1, imm: uimm })),
  compressed('c.fsd',      "101 uimm[5:3] rs1' uimm[7:6] fs2' 00",     'fsd',  ({ fs2, rs1, uimm }) => ({ fs2, rs1, imm: uimm }), float),
  compressed('c.sw',       "110 uimm[5:3] rs1' uimm[2|6] rs2' 00",     'sw',   ({ rs2, rs1, uimm }) => ({ rs2, rs1, imm: uimm })),
  compressed('c.sd',       "111 uimm[5:3] rs1' uimm[7:6] rs2' 00",     'sd',   ({ rs2, rs1, uimm }) => ({ rs2, rs1, imm: uimm })),

  compressed('c.addi',     '000 imm[5] rd imm[4:0] 01',                'addi',  ({ rd, imm }) => ({ rd, rs1: rd, imm })),
  compressed('c.addiw',    '001 imm[5] rd imm[4:0] 01',                'addiw', ({ rd, imm }) => ({ rd, rs1: rd, imm }), zero('rd')),
  compressed('c.li',       '010 imm[5] rd imm[4:0] 01',                'addi',  ({ rd, imm }) => ({ rd, rs1: 0, imm })),
  compressed('c.addi16sp', '011 imm[9] 00010 imm[4|6|8:7|5] 01',       'addi',  ({ imm }) => ({ rd: 2, rs1: 2, imm }), zero('imm')),
  compressed('c.lui',      '011 imm[17] rd imm[16:12] 01',             'lui',   ({ rd, imm }) => ({ rd, imm }), {
    refuses: ({ rd, imm }) => rd === 2 || imm === 0,
  }),
  compressed('c.srli',     "100 shamt[5] 00 rd' shamt[4:0] 01",        'srli',  ({ rd, shamt }) => ({ rd, rs1: rd, shamt })),
  compressed('c.srai',     "100 shamt[5] 01 rd' shamt[4:0] 01",        'srai',  ({ rd, shamt }) => ({ rd, rs1: rd, shamt })),
  compressed('c.andi',     "100 imm[5] 10 rd' imm[4:0] 01",            'andi',  ({ rd, imm }) => ({ rd, rs1: rd, imm })),
  compressed('c.sub',      "100011 rd' 00 rs2' 01",                    'sub',   ({ rd, rs2 }) => ({ rd, rs1: rd, rs2 })),
  compressed('c.xor',      "100011 rd' 01 rs2' 01",                    'xor',   ({ rd, rs2 }) => ({ rd, rs1: rd, rs2 })),
  compressed('c.or',       "100011 rd' 10 rs2' 01",                    'or',    ({ rd, rs2 }) => ({ rd, rs1: rd, rs2 })),
  compressed('c.and',      "100011 rd' 11 rs2' 01",                    'and',   ({ rd, rs2 }) => ({ rd, rs1: rd, rs2 })),
  compressed('c.subw',     "100111 rd' 00 rs2' 01",                    'subw',  ({ rd, rs2 }) => ({ rd, rs1: rd, rs2 })),
  compressed('c.addw',     "100111 rd' 01 rs2' 01",                    'addw',  ({ rd, rs2 }) => ({ rd, rs1: rd, rs2 })),
  compressed('c.j',        '101 imm[11|4|9:8|10|6|7|3:1|5] 01',        'jal',   ({ imm }) => ({ rd: 0, imm })),
  compressed('c.beqz',     "110 imm[8|4:3] rs1' imm[7:6|2:1|5] 01",    'beq',   ({ rs1, imm }) => ({ rs1, rs2: 0, imm })),
  compressed('c.bnez',     "111 imm[8|4:3] rs1' imm[7:6|2:1|5] 01",    'bne',   ({ rs1, imm }) => ({ rs1, rs2: 0, imm })),

  compressed('c.slli',     '000 shamt[5] rd shamt[4:0] 10',            'slli',  ({ rd, shamt }) => ({ rd, rs1: rd, shamt })),
  compressed('c.fldsp',    '001 uimm[5] fd uimm[4:3|8:6] 10',          'fld',   ({ fd, uimm }) => ({ fd, rs1: 2, imm: uimm }), float),
  compressed('c.lwsp',     '010 uimm[5] rd uimm[4:2|7:6] 10',          'lw',    ({ rd, uimm }) => ({ rd, rs1: 2, imm: uimm }), zero('rd')),
  compressed('c.ldsp',     '011 uimm[5] rd uimm[4:3|8:6] 10',          'ld',    ({ rd, uimm }) => ({ rd, rs1: 2, imm: uimm }), zero('rd')),
  compressed('c.jr',       '1000 rs1 00000 10',                        'jalr',  ({ rs1 }) => ({ rd: 0, rs1, imm: 0 }), zero('rs1')),
  compressed('c.mv',       '1000 rd rs2 10',                           'add',   ({ rd, rs2 }) => ({ rd, rs1: 0, rs2 }), zero('rs2')),
  compressed('c.ebreak',   '1001000000000010',                         'ebreak', () => ({})),
  compressed('c.jalr',     '1001 rs1 00000 10',                        'jalr',  ({ rs1 }) => ({ rd: 1, rs1, imm: 0 }), zero('rs1')),
  compressed('c.add',      '1001 rd rs2 10',                           'add',   ({ rd, rs2 }) => ({ rd, rs1: rd, rs2 }), zero('rs2')),
  compressed('c.fsdsp',    '101 uimm[5:3|8:6] fs2 10',                 'fsd',   ({ fs2, uimm }) => ({ fs2, rs1: 2, imm: uimm }), float),
  compressed('c.swsp',     '110 uimm[5:2|7:6] rs2 10',                 'sw',    ({ rs2, uimm }) => ({ rs2, rs1: 2, imm: uimm })),
  compressed('c.sdsp',     '111 uimm[5:3|8:6] rs2 10',                 'sd',    ({ rs2, uimm }) => ({ rs2, rs1: 2, imm: uimm })),
];
