/** Opens a diagram in bpmn-js with our words and our rules, and without the stock palette, menus and colours. */
import Modeler from 'bpmn-js/lib/Modeler';
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import AlignElements from 'bpmn-js/lib/features/align-elements';
import DistributeElements from 'bpmn-js/lib/features/distribute-elements';
import Palette from 'bpmn-js/lib/features/palette';
import SpaceTool from 'bpmn-js/lib/features/space-tool';
import moddle from './moddle.json';
import rules from './rules.js';
import contextPad from './context-pad.js';
import paletteModule from './palette.js';

const NOT_OFFERED = new Set([AlignElements, DistributeElements, Palette]);
const SERVICES = ['eventBus', 'canvas', 'selection', 'elementRegistry', 'zoomScroll'];
const EDITING = ['modeling', 'commandStack', 'bpmnFactory', 'elementFactory', 'bpmnReplace', 'bpmnRules', 'autoPlace', 'create', 'editorActions', 'spaceTool'];

function editor(container) {
  const toolsHolder = { casewayTools: ['value', {}] };
  return new Modeler({
    container,
    modules: Modeler.prototype._modules.filter((module) => !NOT_OFFERED.has(module)),
    additionalModules: [SpaceTool, rules, contextPad, paletteModule, toolsHolder],
    moddleExtensions: { spiffworkflow: moddle },
    textRenderer: { defaultStyle: { fontFamily: 'Arial, sans-serif' }, externalStyle: { fontFamily: 'Arial, sans-serif', fontSize: 12 } },
  });
}

function viewer(container) {
  return new NavigatedViewer({ container, moddleExtensions: { spiffworkflow: moddle } });
}

/** The pieces of bpmn-js that the rest of this page uses, by their names. */
export function gather(drawing, readOnly) {
  const names = readOnly ? SERVICES : SERVICES.concat(EDITING);
  const tools = Object.fromEntries(names.map((name) => [name, drawing.get(name)]));
  tools.definitions = () => drawing.getDefinitions();
  return tools;
}

/** Opens the drawing for editing; where something in the file would be lost, for reading only, and says so. */
export async function open(container, xml, readOnly) {
  if (readOnly) return look(container, xml, []);
  const drawing = editor(container);
  try {
    const { warnings } = await drawing.importXML(xml);
    if (!warnings.length) return { drawing, lost: [], failed: '' };
    drawing.destroy();
    return look(container, xml, warnings.map((warning) => warning.message ?? String(warning)));
  } catch (error) {
    drawing.destroy();
    return { drawing: null, lost: [], failed: error.message };
  }
}

async function look(container, xml, lost) {
  const drawing = viewer(container);
  try {
    await drawing.importXML(xml);
    return { drawing, lost, failed: '' };
  } catch (error) {
    drawing.destroy();
    return { drawing: null, lost, failed: error.message };
  }
}

/** bpmn-js's warnings are for programmers: keep the element's name and say what it means. */
export function plainWarning(words) {
  const unknown = words.match(/<([\w:.-]+)>/);
  if (/unparsable content|unknown/i.test(words) && unknown) return `The file holds “${unknown[1]}”, which this page does not know.`;
  if (/unresolved reference/i.test(words)) return `Something in the file points to something that is not there (${unknown?.[1] ?? words}).`;
  return `The file says: ${words}`;
}
