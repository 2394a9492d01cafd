/** Why XML that others wrote is not read. Words for the log; a person is told nothing of it. */
export type XmlRefusal =
  // What it is made of.
  | 'size'
  | 'encoding'
  | 'character'
  | 'declaration'
  | 'doctype'
  | 'comment'
  | 'cdata'
  | 'processing_instruction'
  | 'entity'
  // How it is built.
  | 'markup'
  | 'depth'
  | 'nodes'
  | 'attributes'
  | 'attribute_repeated'
  | 'name'
  | 'namespace'
  | 'id_repeated'
  // Who signed it, and what.
  | 'unsigned'
  | 'signature_shape'
  | 'algorithm'
  | 'reference'
  | 'prefix_list'
  | 'base64'
  | 'key'
  | 'signature'
  | 'signed_differs'

/** XML that is not read, or not believed. Its message is the reason and repeats nothing of what was sent. */
export class XmlRefused extends Error {
  readonly reason: XmlRefusal

  constructor(reason: XmlRefusal, options?: ErrorOptions) {
    super(reason, options)
    this.name = 'XmlRefused'
    this.reason = reason
  }
}
