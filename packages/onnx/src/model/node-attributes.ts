// Attributes of a node of a model that was read.
import type { OnnxNode } from './read.js'

const find = ({ proto }: OnnxNode, name: string) => proto.attribute?.find((attribute) => attribute.name === name)

/** An integer attribute; null where the node has none of that name. */
export function intAttribute(node: OnnxNode, name: string): number | null {
  const value = find(node, name)?.i
  return value === null || value === undefined ? null : Number(value)
}

/** A float attribute; null where the node has none of that name. */
export function floatAttribute(node: OnnxNode, name: string): number | null {
  const value = find(node, name)?.f
  return value === null || value === undefined ? null : value
}

/** `TensorProto.DataType` of a tensor attribute; null where the node has none of that name. */
export const tensorAttributeType = (node: OnnxNode, name: string): number | null =>
  find(node, name)?.t?.dataType ?? null
