export const isOk = ({ status }) => status >= 200 && status < 300;
