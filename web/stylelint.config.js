/** Raw colours live in tokens.css alone: everywhere else a colour is a token, so that a theme can change it. */
export default {
  extends: ['stylelint-config-standard'],
  rules: {
    'color-no-hex': true,
    'color-named': 'never',
    'function-disallowed-list': ['rgb', 'rgba', 'hsl', 'hsla', 'oklch', 'lab', 'lch'],
    'property-disallowed-list': [
      ['/^(margin|padding|border)-(left|right)/', 'left', 'right'],
      { message: 'Use the logical property, so that the layout mirrors in right-to-left scripts.' },
    ],
    'selector-class-pattern': null,
    'no-descending-specificity': null,
    'import-notation': null,
    'custom-property-empty-line-before': null,
    'declaration-empty-line-before': null,
    'rule-empty-line-before': null,
    'color-hex-length': null,
    'value-keyword-case': ['lower', { camelCaseSvgKeywords: false }],
    'selector-pseudo-class-no-unknown': [true, { ignorePseudoClasses: ['global'] }],
  },
  overrides: [
    {
      files: ['src/ui/tokens.css', 'gallery/**/*.css'],
      rules: { 'color-no-hex': null, 'color-named': null, 'function-disallowed-list': null },
    },
  ],
};
