// Who we are. PostgreSQL refuses root, so under root it runs as nobody.
export const NOBODY = 65534
export const isRoot = () => process.getuid?.() === 0
