export const withHtmlparser2 = () => {
  throw new Error('later');
};
export const withCheerio = withHtmlparser2;
