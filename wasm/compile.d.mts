/** The module compiled from the AssemblyScript source at a path. */
export declare function compiled(source: string): Promise<Uint8Array>
