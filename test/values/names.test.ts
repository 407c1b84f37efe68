import { expect, test } from 'vitest';
import { companyNameVariants, foldCompanyName } from '../../src/mapping/values/company-name.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { createAll, type ValueCase } from './record-values.ts';

const name = (fullName: string, first: string | undefined, last: string | undefined): ValueCase => ({
  given: { fullName, email: undefined },
  held: { firstname: first, lastname: last, enginy_full_name: undefined },
  isWarned: false,
});

const cases: readonly ValueCase[] = [
  name('Jane Doe, CFA', 'Jane', 'Doe'),
  name('Ana Ruiz, RN, BSN', 'Ana', 'Ruiz'),
  name('Mia Wong (She/Her)', 'Mia', 'Wong'),
  name('Jane Doe 🚀', 'Jane', 'Doe'),
  name('Tom Lee | Growth', 'Tom', 'Lee'),
  name('Don Draper', 'Don', 'Draper'),
  name('Ing Nguyen', 'Ing', 'Nguyen'),
  name('Smith, John', 'John', 'Smith'),
  name('Mia Wong she/her', 'Mia', 'Wong'),
  name('Alex Kim (they/them) 🏳️‍🌈', 'Alex', 'Kim'),
  name('👩🏽‍💻 Ada Lovelace', 'Ada', 'Lovelace'),
  name('Tom Lee • Sales', 'Tom', 'Lee'),
  name('Tom Lee - CEO at Acme', 'Tom', 'Lee'),
  name('Tom Lee — Growth', 'Tom', 'Lee'),
  name('Jean-Luc Picard', 'Jean-Luc', 'Picard'),
  name('John Smith Jr.', 'John', 'Smith'),
  name('John Smith, Jr.', 'John', 'Smith'),
  name('John Smith III', 'John', 'Smith'),
  name('Ana Ruiz PhD MBA', 'Ana', 'Ruiz'),
  name('Bruno Mars PMP', 'Bruno', 'Mars'),
  name('Jane Doe, Ph.D.', 'Jane', 'Doe'),
  name('Jane Doe, M.Ed., LEED-AP', 'Jane', 'Doe'),
  name('Jack Ma', 'Jack', 'Ma'),
  name('Kim Do', 'Kim', 'Do'),
  name('Yo-Yo Ma', 'Yo-Yo', 'Ma'),
  name('Smith, John, PhD', 'John', 'Smith'),
  name('de la Cruz, María José', 'María José', 'de la Cruz'),
  name('Dr. Ludwig van Beethoven', 'Ludwig', 'van Beethoven'),
  name('Frau Dr. Anna Weber', 'Anna', 'Weber'),
  name('Ing. Juan Pérez', 'Juan', 'Pérez'),
  name('Dipl.-Ing. Karl Braun', 'Karl', 'Braun'),
  name('Sra. Ana Ruiz', 'Ana', 'Ruiz'),
  name('Van Morrison', 'Van', 'Morrison'),
  name('Al Pacino', 'Al', 'Pacino'),
  name('William "Bill" Gates', 'William', 'Gates'),
  name('Robert (Bob) Smith', 'Robert', 'Smith'),
  name('Dean Martin', 'Dean', 'Martin'),
  name('Cher', 'Cher', undefined),
  name('Vu, Ma', 'Ma', 'Vu'),
  name('Nguyen, Do', 'Do', 'Nguyen'),
  name('Dupont, Jean-Luc', 'Jean-Luc', 'Dupont'),
  name('Müller-Lüdenscheidt, Hans-Peter', 'Hans-Peter', 'Müller-Lüdenscheidt'),
  name('van der Berg, Anne-Marie', 'Anne-Marie', 'van der Berg'),
  name("Johnson, De'Andre", "De'Andre", 'Johnson'),
  name('Johnson, DeShawn', 'DeShawn', 'Johnson'),
  name('de la Cruz, JoAnn, PhD', 'JoAnn', 'de la Cruz'),
  name('MÜLLER, HANS-PETER', 'HANS-PETER', 'MÜLLER'),
  name('Cher, CEO', 'Cher', undefined),
  name('Vu, MA', 'Vu', undefined),
  name('Ada Byron <ada@example.com>', 'Ada', 'Byron'),
  name('Christopher Null', 'Christopher', 'Null'),
  name('Dr.Jane Doe', 'Jane', 'Doe'),
  name('Prof. em. Dr. Hans Weber', 'Hans', 'Weber'),
  name('Dr. med. dent. Eva Roth', 'Eva', 'Roth'),
  name('Jane\u200b Doe\ufeff', 'Jane', 'Doe'),
  name('Jane Doe Dr.', 'Jane', 'Doe'),
  name('Jane Doe Ph. D.', 'Jane', 'Doe'),
  name('Jane Doe, Ph. D.', 'Jane', 'Doe'),
  name('Jane Doe M. Sc.', 'Jane', 'Doe'),
  name('JANE DOE PHD', 'JANE', 'DOE'),
  name('JANE DOE MD', 'JANE', 'DOE'),
  name('Doe, Jane Ph.D.', 'Jane', 'Doe'),
  name('Dr. Dr. h.c. Jane Doe', 'Jane', 'Doe'),
  name('Univ.-Prof. Dr. Jane Doe', 'Jane', 'Doe'),
  name('Karl Braun Dipl.-Ing.', 'Karl', 'Braun'),
  name('Karl Freiherr von Braun', 'Karl', 'Freiherr von Braun'),
  name('Mr. Smith', undefined, 'Smith'),
  name('Frau Dr. Schmidt', undefined, 'Schmidt'),
  name('van Gogh', undefined, 'van Gogh'),
  name('Gogh, Vincent van', 'Vincent', 'van Gogh'),
  name('Cruz, Juan de la', 'Juan', 'de la Cruz'),
  name('Smith Jr., John', 'John', 'Smith'),
  name('Mohammed bin Salman Al Saud', 'Mohammed', 'bin Salman Al Saud'),
  name('Khalid al-Faisal', 'Khalid', 'al-Faisal'),
  name('Fatima bint Mubarak', 'Fatima', 'bint Mubarak'),
  name('محمد بن سلمان', 'محمد', 'بن سلمان'),
  name('Omar Abdul Rahman', 'Omar', 'Abdul Rahman'),
  name('Carlos Ortega y Gasset', 'Carlos', 'Ortega y Gasset'),
  name('Anna St. James', 'Anna', 'St. James'),
  name('J. R. R. Tolkien', 'J. R. R.', 'Tolkien'),
  name('JANE DOE', 'JANE', 'DOE'),
  name('María GARCÍA', 'María', 'GARCÍA'),
  name('John Smith CEO', 'John', 'Smith'),
  name('CEO John Smith', 'John', 'Smith'),
  name('Jane Doe at Acme', 'Jane', 'Doe'),
  name("Jane 'JD' Doe", 'Jane', 'Doe'),
  name('🚀 John 🌍 Smith ✅', 'John', 'Smith'),
  name('Louis XIV', 'Louis', undefined),
  name('李小龙', '李小龙', undefined),
  name('Jane Doe ✓', 'Jane', 'Doe'),
  name('Jane Doe✓', 'Jane', 'Doe'),
  name('♪ Jane Doe', 'Jane', 'Doe'),
  name('Jane Doe ©', 'Jane', 'Doe'),
  name('Jane Doe → Growth', 'Jane', 'Doe'),
  name('Jane Doe » Growth', 'Jane', 'Doe'),
  name('Jane Doe · CEO', 'Jane', 'Doe'),
  name('Jane (She/Her)', 'Jane', undefined),
  name('Gal·la Placídia', 'Gal·la', 'Placídia'),
  name('Marcel·lí Pérez', 'Marcel·lí', 'Pérez'),
  name('让·雷诺', '让·雷诺', undefined),
  name('Jane·Doe', 'Jane·Doe', undefined),
  name('Gabriel García Márquez', 'Gabriel', 'García Márquez'),
  name('MARÍA JOSÉ GARCIA LOPEZ', 'MARÍA JOSÉ', 'GARCIA LOPEZ'),
  name('Ana Pérez de la Fuente', 'Ana', 'Pérez de la Fuente'),
  name('João Pedro da Silva Santos', 'João Pedro', 'da Silva Santos'),
  name('Dra. Eva Ruiz Sanz, PhD', 'Eva', 'Ruiz Sanz'),
  name('Mary Ann Smith', 'Mary Ann', 'Smith'),
  name('Jane Doe ✨ Marketing', 'Jane', 'Doe'),
  name('Jane 🚀 Doe', 'Jane', 'Doe'),
  name('Jane Doe née Smith', 'Jane', 'Doe'),
  name('Jane Doe geb. Smith', 'Jane', 'Doe'),
  name('Jane Doe 3rd', 'Jane', 'Doe'),
  name('Prof. Dr. h.c. mult. Klaus Weber', 'Klaus', 'Weber'),
  name('MUDr. Jan Novák, Ph.D.', 'Jan', 'Novák'),
  name('Dott.ssa Giulia Rossi', 'Giulia', 'Rossi'),
  name('Prof.ssa Giulia Rossi', 'Giulia', 'Rossi'),
  name('Eng. Ahmed Ali', 'Ahmed', 'Ali'),
  name('Capt. James Kirk', 'James', 'Kirk'),
  name('Emer Kelly', 'Emer', 'Kelly'),
  name('Nat King Cole', 'Nat King', 'Cole'),
  name('Med Amine Trabelsi', 'Med Amine', 'Trabelsi'),
  name('Habil Ozturk', 'Habil', 'Ozturk'),
  name('Pd Smith', 'Pd', 'Smith'),
  name('Dr med Hans Huber', 'Hans', 'Huber'),
  name('Dr. rer. nat. Hans Huber', 'Hans', 'Huber'),
  name('Prof Dr rer nat habil Eva Huber', 'Eva', 'Huber'),
  name('Dr Emer Kelly', 'Emer', 'Kelly'),
  name('Dr. Nat Cole', 'Nat', 'Cole'),
  name('PD Dr. Hans Huber', 'Hans', 'Huber'),
  name('Prof. emer. Hans Huber', 'Hans', 'Huber'),
  name('van der Berg', undefined, 'van der Berg'),
  name('𝐉𝐚𝐧𝐞 𝐃𝐨𝐞', 'Jane', 'Doe'),
  name('山田 太郎', '太郎', '山田'),
  name('김 철수', '철수', '김'),
];

test('splits full names, without titles, degrees, pronouns and emoji', async () => {
  expect(await createAll('contacts', cases)).toEqual(cases);
});

test('keeps a full name unchanged where its parts are not clear', async () => {
  const unclear = [
    'Jane Doe, Founder',
    'García López, María José',
    'García López, Jean-Luc',
    'Smith, JP',
    'Smith, J.B.',
    'Doe, Jane, Anna',
    'Jane Doe & John Roe',
    'Ana Ruiz; Eva Vega',
    'Smith J.',
    'A. B.',
    'J A N E  D O E',
    'DOE John',
    'GARCÍA LÓPEZ María',
    'JANE DOE MBA',
    'José Luis de la Fuente García',
    'María de los Ángeles López',
    'Abdul Rahman',
    'John and Jane Smith',
    'John y Jane',
    'Jane Doe: Growth',
    'Sir Elton',
    'Jane de',
    'john.smith',
    'john@acme.com',
    'John Smith 2',
    '🚀🚀',
    '(Jane) Doe',
    'Jane (Doe)',
    '[Jane] Doe',
    'Prof. Dr.',
    'Dr.',
    'ジョン スミス',
    'Ana Ruiz + Juan Pérez',
    'Ana Ruiz or Juan Pérez',
    'Ana Ruiz with Juan Pérez',
    'Ana Ruiz con Juan Pérez',
    'Eva Roth oder Jan Roth',
    'Mr. and Mrs. John Smith',
  ].map(
    (fullName, index): ValueCase => ({
      // Without an email address HubSpot requires a name.
      given: { fullName, email: index % 2 === 0 ? `unclear-${index}@example.com` : undefined },
      held: { firstname: fullName, lastname: undefined },
      isWarned: true,
    }),
  );

  expect(await createAll('contacts', unclear)).toEqual(unclear);
});

test('a second person after a slash is kept, but a position is not', async () => {
  const kept = (fullName: string, raw: string | undefined): ValueCase => ({
    given: { fullName },
    held: { firstname: 'Ana', lastname: 'Ruiz', enginy_full_name: raw },
    isWarned: raw !== undefined,
  });
  const names = [
    kept('Ana Ruiz / Juan Pérez', 'Ana Ruiz / Juan Pérez'),
    kept('Ana Ruiz / Eva López Gil', 'Ana Ruiz / Eva López Gil'),
    kept('Ana Ruiz / CEO', undefined),
    kept('Ana Ruiz / Recruiter', undefined),
    kept('Ana Ruiz | Growth Marketing', undefined),
  ];

  expect(await createAll('contacts', names)).toEqual(names);
});

test('an unclear full name never replaces a first name', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm);
  const { contacts } = crm.seed({ contacts: [{ properties: { firstname: 'Jane', lastname: 'Doe' } }] });

  const answer = await bridge.send('PUT', '/contacts', { contacts: [{ crmId: contacts[0], fullName: 'Doe J.' }] });

  expect(crm.records('contacts')[0]?.properties).toMatchObject({
    ...{ firstname: 'Jane', lastname: 'Doe', enginy_full_name: 'Doe J.' },
  });
  expect(answer.body.results[0].warnings.length).toBeGreaterThan(0);
});

test('a part of a full name that means "no value" is not written', async () => {
  const parts: readonly [string, string | undefined, string | undefined][] = [
    ['Jane null', 'Jane', undefined],
    ['null Doe', undefined, 'Doe'],
    ['Ana -', 'Ana', undefined],
    ['undefined undefined', undefined, undefined],
    ['Unknown Unknown', undefined, undefined],
    ['Eva (unknown) .', 'Eva', undefined],
  ];
  const placeholders = parts.map(
    ([fullName, firstname, lastname], index): ValueCase => ({
      given: { fullName, email: `part-${index}@example.com` },
      held: { firstname, lastname },
      isWarned: true,
    }),
  );

  expect(await createAll('contacts', placeholders)).toEqual(placeholders);
});

test.each([
  ['Blue Lagoon Spa', 'blue lagoon spa'],
  ['BLUE LAGOON SPA', 'blue lagoon spa'],
  ['Enel SpA', 'enel'],
  ['Enel S.p.A.', 'enel'],
  ['ENEL S.P.A.', 'enel'],
  ['Contact Me', 'contact me'],
  ['Contact ME', 'contact me'],
  ['Sonae Holding', 'sonae holding'],
  ['Acme Holdings Ltd', 'acme holdings'],
  ['The Honest Company', 'the honest company'],
  ['McKinsey & Company', 'mckinsey'],
  ['Tiffany & Co.', 'tiffany'],
  ['Müller & Söhne GmbH & Co. KG', 'muller and sohne'],
  ['Novo Nordisk A/S', 'novo nordisk'],
  ['Equinor AS', 'equinor'],
  ['Such As', 'such as'],
  ['Gaming PC', 'gaming pc'],
  ['Smith & Jones P.C.', 'smith and jones'],
  ['SAP SE', 'sap se'],
  ['Siemens ag', 'siemens'],
  ['My CV', 'my cv'],
  ['Ben & Co', 'ben'],
  ['San Diego Zoo', 'san diego zoo'],
  ['SAN DIEGO ZOO', 'san diego zoo'],
  ['Scooby Doo', 'scooby doo'],
  ['scooby doo', 'scooby doo'],
  ['Mazel Tov', 'mazel tov'],
  ['Kung Pao', 'kung pao'],
  ['Advokat Ek', 'advokat ek'],
  ['Precision Ag', 'precision ag'],
  ['Müller e.K.', 'muller'],
  ['Acme d.o.o.', 'acme'],
  ['Acme doo', 'acme'],
  ['SIEMENS AG', 'siemens'],
  ['Acme Sp. z o.o.', 'acme'],
  ['Acme sp.z.o.o.', 'acme'],
  ['ACME SP. Z O. O.', 'acme'],
  ['Acme Spółka z o.o.', 'acme'],
  ['Acme, S.A. de C.V.', 'acme'],
  ['Acme S. de R.L. de C.V.', 'acme'],
  ['Acme S.à r.l.', 'acme'],
  ['De CV', 'de cv'],
])('compares the company %j as %j', (given, folded) => {
  expect(foldCompanyName(given)).toBe(folded);
});

test.each([
  ['brackets that never close', `Acme ${'('.repeat(900)}`, 'acme'],
  ['brackets within brackets', `Acme (${'(a)'.repeat(300)} Iberia`, 'acme iberia'],
  ['legal forms', `Acme ${'inc '.repeat(200)}`, 'acme'],
  ['dangling conjunctions', `Acme ${'& '.repeat(400)}`, 'acme'],
  ['spaced letters of a form', `Acme ${'S. L. '.repeat(150)}`, 'acme'],
])('folds a company name with very many %s', (_what, name, folded) => {
  expect(foldCompanyName(name)).toBe(folded);
});

test('a text longer than any company name is not read as one', () => {
  expect(foldCompanyName('a'.repeat(1_000))).toBe('a'.repeat(1_000));
  for (const unit of ['a', 'a ', '1 ', ' ', '(', ')', '.', 'S.A. ', 'http://a.,', '& '])
    expect(foldCompanyName(unit.repeat(1_001))).toBeUndefined();
});

test.each(['(Ⰰ)', '(Acme)', '(A) (B)', 'ŉ', 'San Diego Zoo', 'Acme Sp. z o.o.'])(
  'searches for %s by no other name',
  (given) => {
    const folded = foldCompanyName(given) ?? '';

    expect(companyNameVariants(folded, given).map(foldCompanyName)).toEqual(
      companyNameVariants(folded, given).map(() => folded),
    );
  },
);
