/** Which files speak about what each tool writes; these are the tools that take MandatoryBPS and BestPracticeKey. */
const GUIDANCE: Readonly<Record<string, readonly string[]>> = {
  ha_config_set_automation: ['references/automation-patterns.md', 'references/template-guidelines.md'],
  ha_config_set_script: ['references/automation-patterns.md', 'references/template-guidelines.md'],
  ha_config_set_scene: ['SKILL.md', 'references/scenes.md'],
  ha_config_set_helper: ['references/helper-selection.md'],
  ha_config_set_dashboard: ['references/dashboard-guide.md', 'references/dashboard-cards.md'],
  ha_config_set_yaml: ['references/yaml-only-integrations.md', 'references/template-guidelines.md'],
};

/** Undefined for a tool that no guidance goes with. */
export function guidanceOf(tool: string): readonly string[] | undefined {
  return Object.hasOwn(GUIDANCE, tool) ? GUIDANCE[tool] : undefined;
}
