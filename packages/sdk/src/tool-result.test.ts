import { describe, expect, it } from 'vitest';
import { renderToolError, renderToolResult } from './tool-result.ts';

describe('the result of a tool', () => {
  it('an API answer with a content field is rendered as a value', () => {
    expect(renderToolResult({ content: 'text of a page', id: 1 }, false)).toEqual({
      content: [{ type: 'text', text: '{"content":"text of a page","id":1}' }],
    });
    expect(renderToolResult({ content: [{ id: 1 }] }, false)).toMatchObject({ content: [{ type: 'text' }] });
  });

  it('the result of a tool is a text for a string, and JSON for every other value', () => {
    expect(renderToolResult('fine', false)).toEqual({ content: [{ type: 'text', text: 'fine' }] });
    for (const value of [[1, 2], { a: 1 }, 7, null, false]) {
      expect(renderToolResult(value, false)).toEqual({ content: [{ type: 'text', text: JSON.stringify(value) }] });
    }
  });

  it('the result of a tool is structured as well when the tool has an output schema', () => {
    const content = [{ type: 'text', text: '{"a":1}' }];
    expect(renderToolResult({ a: 1 }, true)).toEqual({ content, structuredContent: { a: 1 } });
  });

  it('results in a protocol shape pass through, and structured content gets a text', () => {
    const image = { content: [{ type: 'image', data: 'AA==', mimeType: 'image/png' }] };
    expect(renderToolResult(image, false)).toEqual(image);
    expect(renderToolResult({ structuredContent: { a: 1 } }, true)).toEqual({
      content: [{ type: 'text', text: '{"a":1}' }],
      structuredContent: { a: 1 },
    });
    const asks = { resultType: 'input_required', inputRequests: {} };
    expect(renderToolResult(asks, true)).toBe(asks);
  });

  it('the result of a failed tool is an error with the thrown message, never an empty one', () => {
    expect(renderToolError(new Error('No such order.'))).toEqual({
      content: [{ type: 'text', text: 'No such order.' }],
      isError: true,
    });
    expect(renderToolError(new Error(''))).toMatchObject({ content: [{ text: 'The tool failed without a message.' }] });
  });
});
